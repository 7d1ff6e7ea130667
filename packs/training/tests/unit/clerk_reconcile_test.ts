import assert from "node:assert/strict";
import type { PackRpc } from "../../../../shared/adapters/supabase/pack_rpc.ts";
import { type ClerkAnswer, clerkApi } from "../../functions/clerk-reconcile/clerk_api.ts";
import { type Absent, askForAbsent } from "../../functions/clerk-reconcile/ask_for_absent.ts";
import { readPage } from "../../functions/clerk-reconcile/read_page.ts";
import { takeStep } from "../../functions/clerk-reconcile/take_step.ts";

const KEY = { CLERK_SECRET_KEY: "sk_test_planted", CLERK_API_URL: "http://clerk.test" };

/** clerkApi over one answer, and what was asked for. */
function apiOver(answer: () => Response, variables: Readonly<Record<string, string>> = KEY) {
  const asked: Request[] = [];
  const fetch = (input: RequestInfo | URL, init?: RequestInit) => {
    asked.push(new Request(input, init));
    return new Promise<Response>((answered) => answered(answer()));
  };
  return { asked, ask: () => clerkApi((name) => variables[name], fetch)("/users/user_1") };
}

function refusal(status: number, code: string, headers: Record<string, string> = {}) {
  return () => Response.json({ errors: [{ code, message: "planted", long_message: "planted" }] }, { status, headers });
}

Deno.test("Clerk is asked with the key and the version whose shapes are read, at its own address by default", async () => {
  const { asked, ask } = apiOver(() => Response.json({ id: "user_1" }), { CLERK_SECRET_KEY: "sk_test_planted" });
  assert.deepEqual(await ask(), { content: { id: "user_1" } });
  assert.deepEqual(
    asked.map(({ url, headers }) => [url, headers.get("authorization"), headers.get("clerk-api-version")]),
    [
      ["https://api.clerk.com/v1/users/user_1", "Bearer sk_test_planted", "2026-05-12"],
    ],
  );
});

const ANSWERS: readonly (readonly [string, () => Response, ClerkAnswer | string])[] = [
  ["404 of Clerk", refusal(404, "resource_not_found"), { failed: "missing" }],
  ["404 of a proxy", () => new Response("<html>", { status: 404 }), "INTERNAL"],
  ["404 without a code", () => Response.json({ errors: ["x"] }, { status: 404 }), "INTERNAL"],
  ["422", refusal(422, "form_param_value_invalid"), { failed: "refused" }],
  ["429 with a time", refusal(429, "too_many_requests", { "retry-after": "7" }), { wait_seconds: 7 }],
  ["429 without a time", refusal(429, "too_many_requests"), { wait_seconds: 60 }],
  ["429 of a proxy", () => new Response("", { status: 429, headers: { "retry-after": "soon" } }), { wait_seconds: 60 }],
  ["403 without organisations", refusal(403, "organization_not_enabled_in_instance"), { failed: "off" }],
  ["403", refusal(403, "authorization_invalid"), "INTERNAL"],
  ["401", refusal(401, "authentication_invalid"), "INTERNAL"],
  ["500", refusal(500, "internal_clerk_error"), "SOURCE_UNAVAILABLE"],
  ["a network without an answer", () => {
    throw new TypeError("unreachable");
  }, "SOURCE_UNAVAILABLE"],
];

for (const [what, answer, expected] of ANSWERS) {
  Deno.test(`Clerk's answer "${what}" has an outcome of its own, and no error repeats what the answer says`, async () => {
    const { ask } = apiOver(answer);
    if (typeof expected !== "string") return assert.deepEqual(await ask(), expected);
    await assert.rejects(ask(), (error: Error & { code?: string; defect?: string }) => {
      assert.ok(!`${error.message} ${error.defect}`.includes("planted"));
      return error.code === expected;
    });
  });
}

Deno.test("without a secret key nothing is asked, and the fault names the variable", async () => {
  const { asked, ask } = apiOver(() => Response.json({}), { CLERK_SECRET_KEY: "" });
  await assert.rejects(
    async () => await ask(),
    (error: Error & { defect?: string }) => /CLERK_SECRET_KEY/.test(error.defect ?? ""),
  );
  assert.deepEqual(asked, []);
});

function user(id: string, more: object = {}) {
  return { id, first_name: "Una", last_name: null, email_addresses: [], updated_at: 1_000, created_at: 1_000, ...more };
}
/** An ask that gives these answers in turn, and what it was asked. */
function script(...answers: readonly ClerkAnswer[]) {
  const asked: string[] = [];
  return {
    asked,
    ask: (path: string) =>
      Promise.resolve(answers[asked.push(path) - 1] ?? answers.at(-1) ?? { failed: "missing" } as const),
  };
}

Deno.test("users are read by the id of the last one, organisations and memberships by offset, and a short page is the last", async () => {
  const { asked, ask } = script({ content: [user("user_1"), user("user_2")] }, { content: [user("user_3")] });
  const first = await readPage(ask, "user", null, 2);
  assert.ok("next_position" in first);
  assert.equal(first.next_position, "user_2");
  const last = await readPage(ask, "user", "user_2", 2);
  assert.ok("next_position" in last);
  assert.equal(last.next_position, null);
  const organisations = script({ content: { data: [{ id: "org_1", name: "A", updated_at: 1 }], total_count: 9 } });
  const page = await readPage(organisations.ask, "organization", "4", 1);
  assert.ok("next_position" in page);
  assert.equal(page.next_position, "5");
  const memberships = script({ content: { data: [], total_count: 0 } });
  await readPage(memberships.ask, "membership", null, 500);
  assert.deepEqual([...asked, ...organisations.asked, ...memberships.asked], [
    "/users?limit=2&order_by=-created_at",
    "/users?limit=2&order_by=-created_at&starting_after=user_2",
    "/organizations?limit=1&offset=4&order_by=%2Bcreated_at",
    "/organization_memberships?limit=500&offset=0&order_by=%2Bcreated_at",
  ]);
});

Deno.test("a row of another shape is counted by its fields, counts as seen, and the rest of the page is read", async () => {
  const { ask } = script({ content: [user("user_1"), user("user_2", { updated_at: "planted" }), user("user_3")] });
  const page = await readPage(ask, "user", null, 500);
  assert.ok("changes" in page);
  assert.deepEqual(page.changes.map(({ clerk_id }) => clerk_id), ["user_1", "user_3"]);
  assert.deepEqual(page.seen, ["user_1", "user_2", "user_3"]);
  assert.deepEqual([page.refused_count, page.refused_because], [1, "user_2: updated_at"]);
  await assert.rejects(readPage(script({ content: { planted: [] } }).ask, "user", null, 500), { code: "INTERNAL" });
});

Deno.test("a user at the end of a page who is deleted meanwhile begins the list again, and no empty list is made of a fault", async () => {
  for (const failed of ["missing", "refused"] as const) {
    const page = await readPage(script({ failed }).ask, "user", "user_9", 500);
    assert.ok("is_lost" in page && page.is_lost);
    for (const list of ["user", "organization", "membership"] as const) {
      await assert.rejects(readPage(script({ failed }).ask, list, null, 500), { code: "INTERNAL" });
    }
  }
  await assert.rejects(readPage(script({ failed: "off" }).ask, "user", null, 500), { code: "INTERNAL" });
  const none = await readPage(script({ failed: "off" }).ask, "organization", null, 500);
  assert.ok("seen" in none && !none.is_lost && none.next_position === null);
});

const ABSENT: Absent = {
  clerk_id: "orgmem_1",
  kind: "membership",
  external_org_id: "org_1",
  external_user_id: "user_1",
  role: "admin",
  joined_ms: 5,
};
const membership = {
  id: "orgmem_1",
  role: "org:member",
  organization: { id: "org_1" },
  public_user_data: { user_id: "user_1" },
  created_at: 5,
  updated_at: 6,
};

Deno.test("what no page had is asked for at its own path: it is as Clerk says, or gone when Clerk has no such id", async () => {
  const found = script({ content: { data: [{ ...membership, id: "orgmem_0" }, membership], total_count: 2 } });
  const state = await askForAbsent(ABSENT, found.ask);
  assert.ok("role" in state && !state.is_deletion && state.role === "trainee");
  for (const answer of [{ content: { data: [], total_count: 0 } }, { failed: "missing" }] as const) {
    const gone = await askForAbsent(ABSENT, script(answer).ask);
    assert.ok("is_deletion" in gone && gone.is_deletion && gone.role === "admin" && gone.joined_ms === 5);
  }
  const others = script({ failed: "missing" });
  const nothing = { external_org_id: null, external_user_id: null, role: null, joined_ms: null };
  await askForAbsent({ ...nothing, clerk_id: "user_1", kind: "user" }, others.ask);
  await askForAbsent({ ...nothing, clerk_id: "org_1", kind: "organization" }, others.ask);
  assert.deepEqual([...found.asked, ...others.asked], [
    "/organizations/org_1/memberships?user_id=user_1&limit=100",
    "/users/user_1",
    "/organizations/org_1",
  ]);
});

/** The database's side of one step, and what is written to it. */
function databaseWith(step: object | null) {
  const written: { readonly name: string; readonly input: Readonly<Record<string, unknown>> }[] = [];
  const rpc: PackRpc = ({ name, input, output }) => {
    if (name !== "next_clerk_step") written.push({ name, input });
    return Promise.resolve(
      output.parse(name === "next_clerk_step" ? step : name === "take_clerk_step" ? "taken" : null),
    );
  };
  return { written, rpc };
}
const INSTANCE = { issuer: "https://clerk.example.com", subjects: "derived" } as const;

Deno.test("of the absent ones, one whose answer cannot be read is left out, and an outage takes none", async () => {
  const nothing = { external_org_id: null, external_user_id: null, role: null, joined_ms: null };
  const asked = ["user_1", "user_2", "user_3"].map((clerk_id) => ({ ...nothing, clerk_id, kind: "user" }));
  const step = { walk_id: 7, phase: "absent", position: null, asked };
  const { written, rpc } = databaseWith(step);
  const { ask } = script({ content: user("user_1") }, { content: { planted: 1 } }, { failed: "missing" });
  assert.deepEqual(await takeStep({ rpc, ask, instance: INSTANCE }), { outcome: "taken", phase: "absent", rows: 1 });
  const [{ input: { step: taken } = {} } = {}] = written;
  assert.ok(typeof taken === "object" && taken !== null);
  const { changes, ...rest } = taken as Record<string, unknown>;
  assert.ok(Array.isArray(changes));
  assert.deepEqual(changes.map((one) => [one.clerk_id, one.is_deletion, one.subjects]), [
    ["user_1", false, "derived"],
    ["user_3", true, "derived"],
  ]);
  const because = rest["refused_because"];
  assert.match(String(because), /^user_2: .*email_addresses/);
  assert.deepEqual({ ...rest, refused_because: "" }, {
    walk_id: 7,
    phase: "absent",
    position: null,
    seen: ["user_1"],
    refused_count: 1,
    refused_because: "",
    next_position: "user_3",
    is_lost: false,
  });

  const away = databaseWith(step);
  const outage = clerkApi((name) => KEY[name as keyof typeof KEY], () => Promise.reject(new TypeError("away")));
  await assert.rejects(takeStep({ rpc: away.rpc, ask: outage, instance: INSTANCE }), { code: "SOURCE_UNAVAILABLE" });
  assert.deepEqual(away.written, []);
});

Deno.test("when Clerk asks to wait the database keeps for how long, and no page is taken", async () => {
  const { written, rpc } = databaseWith({ walk_id: 7, phase: "user", position: "user_1", asked: [] });
  const { ask } = script({ wait_seconds: 9 });
  assert.deepEqual(await takeStep({ rpc, ask, instance: INSTANCE }), {
    outcome: "waiting",
    phase: "user",
    wait_seconds: 9,
  });
  assert.deepEqual(written, [{ name: "defer_clerk_walk", input: { walk_id: 7, wait_seconds: 9 } }]);
  const idle = databaseWith(null);
  assert.deepEqual(await takeStep({ rpc: idle.rpc, ask, instance: INSTANCE }), { outcome: "idle" });
});
