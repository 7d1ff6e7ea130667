// What may happen to an export on its way, through the whole function on the real database and the local storage: isolates
// that die at any call, a storage that fails, callers that go away, cancellations and erasures. In the end the bucket holds
// the files of the exports that are done, byte for byte the rows of the API, and nothing else.
import { deepEqual, equal, ok } from "node:assert/strict";
import { gunzipSync } from "node:zlib";
import postgres from "postgres";
import { issuerOf } from "../../../../stack/function_environment.ts";
import { pause } from "../../../../stack/pause.ts";
import { mintToken } from "../../../../stack/tokens.ts";
import { type EnvelopeSink, startEnvelopeSink } from "../../../../tests/support/fakes/envelope_sink.ts";
import { proofs } from "../../../../tests/support/random/proofs.ts";
import { e2e } from "../../../../tests/support/rigs/e2e.ts";
import type { Happening, Point } from "../../../../tests/support/rigs/export_isolate.ts";
import { startKillPoints } from "../../../../tests/support/rigs/kill_point.ts";
import { startLoneIsolate } from "../../../../tests/support/rigs/lone_isolate.ts";
import { asUser } from "../../../../tests/support/rigs/product.ts";
import {
  audited,
  BOTH,
  cutShort,
  dieAt,
  driveByHand,
  drives,
  FAULTS,
  nextCall,
  ordered,
  standStill,
  STILL,
} from "../support/export_happenings.ts";
import { EXPORT_ORG, type ExportScene, startExportScene, type Whose } from "../support/export_scene.ts";

const PARTS = 3;

let sink: EnvelopeSink;
let scene: ExportScene;
/** The bytes that the API's rows make. */
let all: Uint8Array;
let few: Uint8Array;
let one: Uint8Array;
let user: Record<string, string>;
let admin: Record<string, string>;

Deno.test.beforeAll(async () => {
  sink = await startEnvelopeSink();
  scene = await startExportScene(sink.dsn);
  [all, few, one] = [await scene.expected(), await scene.expected("few"), await scene.expected("one")];
  const { stack } = scene.product;
  const issuer = issuerOf(stack.origin);
  const claims = { org_id: EXPORT_ORG, org_role: "admin" };
  user = asUser(stack, await mintToken({ jwtSecret: stack.keys.jwtSecret, issuer, subject: "one", claims }));
  admin = { apikey: stack.keys.secretKey };
});
Deno.test.afterAll(async () => {
  await scene.stop();
  await sink.stop();
});

e2e(
  "an export whose call dies at any step is made by the next ones: the rows of its frozen version, in one object",
  async () => {
    ok(all.byteLength > (PARTS - 1) * 6_291_456, `${all.byteLength} bytes`);
    equal(await scene.order(scene.isolate({ call: "claim_export", what: "dies_before" })), null);
    const { export_id: id, object_name } = await scene.newest();
    await scene.passTime();
    ok(await drives(scene), "an export that waits is driven");
    await dieAt(scene, [["claim_export", "dies_after"], ["freeze_export", ...BOTH]], id);
    // After the snapshot: it is not in the file.
    await scene.product.sql`
    insert into public.scenario_attempts (id, org_id, user_id, status, score, started_at)
    values ('00000000-0000-4000-8000-0000000000e9', ${EXPORT_ORG}, 'many', 'completed', 7, '2026-03-02 00:00+00')`;
    const chunks: readonly [string, ...Happening[]][] = [["export_rows", ...BOTH], ["store_export_chunk", ...BOTH]];
    await dieAt(scene, [...chunks, ...chunks], id);
    for (let calls = 0; calls < 20 && (await scene.row(id)).status === "frozen"; calls += 1) {
      await scene.step();
    }
    equal((await scene.row(id)).status, "rendered");
    await dieAt(scene, [
      ["create", ...BOTH],
      ["note_export_upload", ...BOTH],
      ["export_chunk", "dies_after"],
      ["append", ...BOTH],
      ["offset", ...BOTH],
      ["append", ...BOTH],
      // With the last one the object is there.
      ["append", ...BOTH],
      ["finish_export", ...BOTH],
    ], id);
    const ended = await scene.row(id);
    deepEqual([ended.status, ended.error_code], ["done", null]);
    deepEqual(await scene.file(id), all);
    deepEqual(await scene.objects(), [object_name]);

    await scene.product.sql`delete from public.scenario_attempts where id = '00000000-0000-4000-8000-0000000000e9'`;
    await (await scene.isolate().ask("DELETE", `/${id}`, { headers: admin }))?.body?.cancel();
    for (const call of ["remove", "forget_export_object"]) {
      for (const what of BOTH) {
        await nextCall(scene, { call, what }, null);
        await scene.product.sql`update analytics.export_jobs set removal_tried_at = null`;
      }
    }
    await scene.removeAll();
    deepEqual(await scene.objects(), []);
  },
);

e2e("a small export whose call dies at its upload is stored once", async () => {
  equal(await scene.order(scene.isolate({ call: "put", what: "dies_before" }), "one"), null);
  const { export_id: id, object_name } = await scene.newest();
  await dieAt(scene, [["put", ...BOTH], ["finish_export", ...BOTH]], id);
  equal((await scene.row(id)).status, "done");
  deepEqual(await scene.file(id), one);
  deepEqual(await scene.objects(), [object_name]);
});

e2e("a gzip file whose calls die at any step is one member, which gunzip and browsers read whole", async () => {
  const dead = scene.isolate({ call: "freeze_export", what: "dies_after" });
  equal(await scene.order(dead, "few", undefined, "gzip"), null);
  const { export_id: id } = await scene.newest();
  const chunks: readonly [string, ...Happening[]][] = [["export_rows", ...BOTH], ["store_export_chunk", ...BOTH]];
  await dieAt(scene, [...chunks, ...chunks], id);
  const [stored] = await scene.product.sql`
    select count(*)::integer as count from analytics.export_chunks where export_id = ${id}`;
  ok(stored?.["count"] >= 2, "parts of the file are of several calls");
  for (let calls = 0; calls < 20 && (await scene.row(id)).status === "frozen"; calls += 1) await scene.step();
  await dieAt(scene, [["put", ...BOTH], ["finish_export", "dies_before"]], id);
  equal((await scene.finish(id)).status, "done");
  const file = await scene.file(id);
  const browsers = new Blob([file.slice()]).stream().pipeThrough(new DecompressionStream("gzip"));
  deepEqual(await new Response(browsers).bytes(), few);
  deepEqual(new Uint8Array(gunzipSync(file)), few);
});

e2e("a real isolate that is killed with SIGKILL loses nothing of an export", async () => {
  const { stack } = scene.product;
  const points = await startKillPoints(stack.origin);
  const calls = ["freeze_export", "finish_export", "export_rows", "store_export_chunk", "export_chunk"];
  const deaths = calls.flatMap((call) => (["before", "after"] as const).map((when) => ({ call, when })));
  try {
    equal(await scene.order(scene.isolate({ call: "claim_export", what: "dies_before" }), "one"), null);
    let { export_id: id } = await scene.newest();
    for (const death of deaths.slice(0, proofs(4, deaths.length))) {
      if ((await scene.row(id)).status === "done") {
        await scene.order(scene.isolate({ call: "claim_export", what: "dies_before" }), "one");
        ({ export_id: id } = await scene.newest());
      }
      await scene.passTime();
      const environment = { ...scene.environment, SUPABASE_URL: points.origin };
      const isolate = await startLoneIsolate({ name: "export", environment });
      const hit = points.next(death);
      const asked = fetch(`${isolate.url}/work`, { method: "POST", headers: { apikey: stack.keys.cronKey } })
        .catch(() => null);
      await hit;
      await isolate.kill();
      equal(await asked, null);
    }
    equal((await scene.finish(id)).status, "done");
    deepEqual(await scene.file(id), one);
  } finally {
    await points.stop();
  }
});

/** In every run each call meets every second way of what may happen, in turn; in the proofs all of them. */
const EVERY = proofs(2, 1);
const some = <One>(ways: readonly One[], turn: number): readonly One[] =>
  ways.filter((_, nth) => (nth + turn) % EVERY === 0);

/** Orders an export and lets its storage fail; the file is right in the end. */
async function storageFails(
  call: string,
  { first, whose, turn }: { readonly first: Point; readonly whose: Whose; readonly turn: number },
) {
  const expected = whose === "one" ? one : few;
  const data = await ordered(scene, first, whose);
  for (const what of some(FAULTS, turn)) {
    if (call === first.call && what === first.what) continue;
    const { status } = await scene.row(data.export_id);
    equal(status, "rendered", `before ${call} ${what}: ${status}`);
    await nextCall(scene, { call, what }, 503);
    equal(await drives(scene), false, "after a fault it is not called again at once");
    // Five in a row without progress would end it.
    await scene.product.sql`update analytics.export_jobs set attempts_count = 0 where export_id = ${data.export_id}`;
  }
  equal((await scene.finish(data.export_id)).status, "done", call);
  deepEqual(await scene.file(data.export_id), expected, call);
}

/** How an export ends whose rows cannot be read, because a transaction keeps them locked. */
async function endOfLockedRows(): Promise<readonly [state: string, code: string | undefined, attempts: number]> {
  const holder = postgres(scene.product.stack.superuserUrl, { max: 1, onnotice: () => {} });
  try {
    return await holder.begin(async (sql) => {
      await sql`lock table analytics.fact_scenario_attempts in access exclusive mode`;
      const answer = await scene.order(scene.isolate(), "one");
      const { data } = await (answer ?? Response.error()).json();
      const { attempts_count } = await scene.row(data.export_id);
      return [data.state, data.error?.code, attempts_count] as const;
    });
  } finally {
    await holder.end();
  }
}

e2e("an export whose rows take longer than the limit to read fails within it, and is not tried again", async () => {
  const { sql } = scene.product;
  // Other calls of the data API wait eight seconds for a lock.
  await sql`alter function analytics.freeze_export(uuid, uuid) set statement_timeout = '1s'`;
  try {
    deepEqual(await endOfLockedRows(), ["failed", "TOO_SLOW", 1]);
  } finally {
    await sql`alter function analytics.freeze_export(uuid, uuid) set statement_timeout = '120s'`;
  }
  equal(await scene.leftovers(), 0);
});

e2e(
  "a storage that fails, conflicts, hangs or loses its answer delays an export, and changes no byte of it",
  async () => {
    ok(few.byteLength > 6_291_456, `${few.byteLength} bytes`);
    await storageFails("put", { first: { call: "put", what: "fails" }, whose: "one", turn: 1 });
    await storageFails("create", { first: { call: "create", what: "fails" }, whose: "few", turn: 1 });
    await storageFails("append", { first: { call: "append", what: "fails", nth: 2 }, whose: "few", turn: 0 });
    // An upload that is begun, so that the next call asks where it is.
    await storageFails("offset", { first: { call: "append", what: "hangs" }, whose: "few", turn: 1 });
  },
);

/** Uploads that were begun since then and that the storage still keeps. */
async function uploadsLeft(before: readonly string[]): Promise<string[]> {
  return (await scene.unfinishedUploads()).filter((id) => !before.includes(id));
}

e2e("an upload that never gets further is given up and ended, and does not go on for ever", async () => {
  const before = await scene.unfinishedUploads();
  const { export_id: id } = await ordered(scene, { call: "append", what: "fails" }, "few");
  for (let calls = 0; calls < 4; calls += 1) await nextCall(scene, { call: "append", what: "fails" }, 503);
  await scene.step();
  const { status, error_code } = await scene.row(id);
  deepEqual([status, error_code], ["failed", "GAVE_UP"]);
  equal((await uploadsLeft(before)).length, 1);
  await scene.removeAll();
  deepEqual(await uploadsLeft(before), []);
});

e2e("an upload whose end fails is ended later, without calls in between", async () => {
  const before = await scene.unfinishedUploads();
  const { export_id: id } = await ordered(scene, { call: "append", what: "fails", nth: 2 }, "few");
  await (await scene.isolate().ask("DELETE", `/${id}`, { headers: admin }))?.body?.cancel();
  for (const what of FAULTS) {
    await scene.product.sql`update analytics.export_jobs set removal_tried_at = null where export_id = ${id}`;
    await nextCall(scene, { call: "end", what }, 503);
    equal(await drives(scene), false, what);
  }
  await scene.removeAll();
  deepEqual(await uploadsLeft(before), []);
});

e2e("a link that cannot be signed is told by a later answer, and the export is not ordered twice", async () => {
  for (const what of FAULTS) {
    const data = await ordered(scene, { call: "sign", what }, "one");
    deepEqual([data.state, data.percent], ["running", 99], what);
    const faulty = await scene.isolate({ call: "sign", what }).ask("GET", `/${data.export_id}`, { headers: admin });
    await faulty?.body?.cancel();
    equal(faulty?.status, 503, what);
    deepEqual(await scene.file(data.export_id), one);
  }
});

e2e("objects whose removal fails are removed later, without calls in between", async () => {
  await scene.product.sql`update analytics.export_jobs set expires_at = now() where status = 'done'`;
  ok((await scene.objects()).length > 0);
  await scene.product
    .sql`select freshet.end_export(export_id, 'cancelled') from analytics.export_jobs where finished_at is null`;
  for (const what of FAULTS) {
    await scene.product.sql`update analytics.export_jobs set removal_tried_at = null`;
    await nextCall(scene, { call: "remove", what }, 503);
    equal(await drives(scene), false, what);
  }
  await scene.removeAll();
  deepEqual(await scene.objects(), []);
});

e2e("a caller who goes away leaves an export that is finished, and no report of a fault", async () => {
  const { stack, sql } = scene.product;
  const before = await scene.newest();
  const leaving = new AbortController();
  const posted = fetch(`${stack.origin}/functions/v1/export`, {
    method: "POST",
    headers: { ...admin, "content-type": "application/json" },
    body: JSON.stringify({ resource: "training/attempts", filters: { user_id: "one" }, format: "ndjson" }),
    signal: leaving.signal,
  }).then(() => "answered", () => "gone");
  for (let looks = 0; (await scene.newest()).export_id === before.export_id; looks += 1) {
    ok(looks < 1_000, "nothing was ordered");
    await pause(5);
  }
  leaving.abort();
  equal(await posted, "gone");
  const { export_id: id } = await scene.newest();
  equal((await scene.finish(id)).status, "done");
  const [body, missing] = ['{"resource": "training/attempts"', 100];
  await cutShort(
    scene,
    "POST",
    `${Object.entries(admin)[0]?.join(": ")}\r\ncontent-type: application/json\r\ncontent-length: ${
      body.length + missing
    }\r\n\r\n${body}`,
    "",
  );
  await cutShort(scene, "GET", `${Object.entries(admin)[0]?.join(": ")}\r\n\r\n`, `/${id}`);
  deepEqual(await scene.file(id), one);
  await pause(300); // a fault is reported after the answer
  deepEqual([...await sql`select resource, defect from analytics.failed_answers where resource = 'export'`], []);
});

e2e("a call that lost its export to another one changes nothing any more", async () => {
  const before = await scene.unfinishedUploads();
  for (const still of STILL) {
    const { id, object_name, goOn } = await standStill(scene, still, user);
    equal((await scene.finish(id)).status, "done", still.call);
    await goOn();
    equal((await scene.row(id)).status, "done", still.call);
    ok((await scene.objects()).includes(object_name), `${still.call}: the object is gone`);
    await scene.product.sql`update analytics.export_jobs set expires_at = now() where export_id = ${id}`;
  }
  await scene.removeAll();
  deepEqual(await uploadsLeft(before), []);
});

for (
  const [turn, [way, end]] of ([
    ["a cancellation", async (id: string) => {
      const answer = await scene.isolate().ask("DELETE", `/${id}`, { headers: user });
      await answer?.body?.cancel();
      equal(answer?.status, 200);
    }],
    ["an erasure", async () => {
      await scene.product.sql`select freshet.forget_exports_of('one')`;
      equal((await scene.product.sql`select from analytics.export_jobs where caller_id = 'one'`).count, 0);
    }],
  ] as const).entries()
) {
  e2e(`after ${way}, pages, upload and object are gone, whatever the call of the export still does`, async () => {
    const before = await scene.unfinishedUploads();
    for (const still of some(STILL, turn)) {
      const { id, object_name, goOn } = await standStill(scene, still, user);
      await end(id);
      await (await scene.isolate().work())?.body?.cancel();
      await goOn();
      deepEqual([(await scene.row(id)).status, await scene.leftovers()], ["cancelled", 0], still.call);
      await scene.removeAll();
      ok(!(await scene.objects()).includes(object_name), `${still.call}: the object is still there`);
      deepEqual(await uploadsLeft(before), [], `${still.call}: an upload is still there`);
    }
  });
}

e2e("an export that its storage fails is an incident, and the repair of the documents ends it", async () => {
  const { stack, sql } = scene.product;
  await scene.callDeployed();
  await audited(scene, sink);
  stack.setStorageFault({ kind: "fails", on: "put" });
  const { export_id: id } = await ordered(scene, { call: "put", what: "fails" }, "one");
  equal(await driveByHand(scene), 503);
  deepEqual(await audited(scene, sink), ["http_failed opened"]);
  for (let calls = 0; calls < 4; calls += 1) await driveByHand(scene);
  equal(await driveByHand(scene), 200);
  const { status, error_code } = await scene.row(id);
  deepEqual([status, error_code], ["failed", "GAVE_UP"]);
  await audited(scene, sink);
  const isOpen = async () => {
    const [open] = await sql`
      select count(*)::integer as count from analytics.incidents
      where closed_at is null and kind = 'answer_failed' and subject = 'export/work'`;
    return open?.["count"] === 1;
  };
  ok(await isOpen(), "what was given up is an incident");

  // The repair: mend the storage, order it again.
  stack.setStorageFault(null);
  const again = await scene.order(scene.isolate({ call: "claim_export", what: "hangs" }), "one");
  const { data } = await (again ?? Response.error()).json();
  equal(await driveByHand(scene), 200);
  equal((await scene.finish(data.export_id)).status, "done");
  deepEqual(await scene.file(data.export_id), one);
  await sql`update analytics.failed_answers set last_failed_at = last_failed_at - interval '16 minutes'`;
  const told = await audited(scene, sink);
  ok(told.includes("answer_failed recovered"), told.join());
  ok(!await isOpen(), "the repair has closed it");
});

e2e("in the end the bucket holds the files of the exports that are done, and no other", async () => {
  await scene.removeAll();
  const rows = await scene.product
    .sql`select object_name from analytics.export_jobs where status = 'done' order by object_name`;
  deepEqual(await scene.objects(), rows.map((row) => row["object_name"]));
  ok(rows.length > 0);
  equal(await scene.leftovers(), 0);
});
