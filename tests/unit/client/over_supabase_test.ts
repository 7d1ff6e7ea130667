/** The client through a real supabase-js client, over the real handler. */
import assert from "node:assert/strict";
import { createClient } from "@supabase/supabase-js";
import { createFreshet, FreshetError } from "../../../shared/client/mod.ts";
import { id } from "../../support/fixtures/arena_rows.ts";
import { fetchOf, PROJECT } from "../../support/rigs/client_rig.ts";
import { createArenaRig } from "../../support/rigs/http_rig.ts";
import { KEYS, mintToken } from "../../support/fixtures/tokens.ts";

const OWN = { agent_id: id(11), challenge_id: id(1) };

function supabaseRig() {
  const http = createArenaRig();
  const asked: Request[] = [];
  const functions = fetchOf(http, asked);
  const fetch: typeof globalThis.fetch = (input, init) => {
    const { pathname } = new URL(new Request(input, init).url);
    if (pathname.startsWith("/functions/")) return functions(input, init);
    // Auth, as far as signing in and out needs it.
    return Promise.resolve(
      pathname === "/auth/v1/user" ? Response.json({ id: "anna" }) : new Response(null, { status: 204 }),
    );
  };
  const supabase = createClient(PROJECT, KEYS.publishable, {
    global: { fetch },
    auth: { persistSession: false, autoRefreshToken: false },
  });
  async function signIn(subject: string): Promise<void> {
    const { error } = await supabase.auth.setSession({
      access_token: await mintToken({ claims: { sub: subject } }),
      refresh_token: "refresh",
    });
    assert.equal(error, null);
  }
  const sleep = () => Promise.resolve();
  return { http, asked, supabase, signIn, freshet: createFreshet({ supabase, sleep }) };
}

async function codeOf(read: Promise<unknown>): Promise<string> {
  const error = await read.then(() => null, (thrown) => thrown);
  assert.ok(error instanceof FreshetError, String(error));
  return error.code;
}

Deno.test("over supabase-js every call carries the session of that moment", async () => {
  const { freshet, signIn, supabase } = supabaseRig();
  assert.equal(await codeOf(freshet.arena.progress(OWN)), "FORBIDDEN");
  await signIn("anna");
  assert.equal((await freshet.arena.progress(OWN)).data[0]?.best_composite_score, 70);
  await signIn("bela");
  assert.equal(await codeOf(freshet.arena.progress(OWN)), "FORBIDDEN");
  await supabase.auth.signOut();
  assert.equal(await codeOf(freshet.arena.progress(OWN)), "FORBIDDEN");
});

Deno.test("over supabase-js ETags, pages, CSV, errors, retries and aborts work as over fetch", async () => {
  const { freshet, http, asked } = supabaseRig();
  const lanes = { challenge_id: id(1) };
  const first = await freshet.arena.laneDistributions(lanes);
  const second = await freshet.arena.laneDistributions(lanes);
  assert.equal(second.freshness.is_unchanged, true);
  assert.equal(second.data, first.data);
  assert.match((await freshet.csv("arena/time-to-first-win")).text, /^challenge_id,/);

  const refused = await freshet.arena.laneDistributions({ challenge_id: "x" }).catch((error) => error);
  assert.deepEqual(refused.errors, [{ field: "challenge_id", reason: "must be a UUID" }]);

  const reason = new Error("the page was left");
  const aborted = freshet.arena.laneDistributions(lanes, { signal: AbortSignal.abort(reason) });
  await assert.rejects(aborted, reason);

  http.clock.advance(10_000);
  http.source.is_down = true;
  const before = asked.length;
  assert.equal(await codeOf(freshet.arena.progress(OWN)), "FORBIDDEN");
  assert.equal(await codeOf(freshet.arena.timeToFirstWin({ challenge_id: id(3) })), "SOURCE_UNAVAILABLE");
  assert.equal(asked.length - before, 4);
});

Deno.test("over supabase-js a project that does not answer is UNREACHABLE", async () => {
  const fetch = () => Promise.reject(new TypeError("fetch failed"));
  const supabase = createClient(PROJECT, KEYS.publishable, {
    global: { fetch },
    auth: { persistSession: false, autoRefreshToken: false },
  });
  assert.equal(await codeOf(createFreshet({ supabase }).arena.timeToFirstWin()), "UNREACHABLE");
});
