/** Another person's rows over HTTP: what the response says, and what it never does. */
import assert from "node:assert/strict";
import { bearer } from "../../support/fixtures/contracted.ts";
import { KEYS } from "../../support/fixtures/tokens.ts";
import { createSampleRig } from "../../support/rigs/http_rig.ts";
import { studyDays } from "../../support/sample_pack/study_days.ts";

const PATH = "/analytics/sample/study-days";
const LOG_LINE = /tutor|anna/;

async function createSchool() {
  const rig = createSampleRig();
  const days = Array.from({ length: 40 }, (_, day) => new Date(Date.UTC(2026, 0, 1 + day)).toISOString().slice(0, 10));
  rig.source.refresh(
    studyDays.view,
    days.flatMap((studied_on) => ["anna", "bela"].map((user_id) => ({ user_id, studied_on, sessions_count: 1 }))),
  );
  rig.source.owners.set("tutor", ["anna"]);
  const [anna, tutor] = [await bearer({ sub: "anna" }), await bearer({ sub: "tutor" })];
  return {
    rig,
    anna,
    tutor,
    ask: (query: string, headers: Record<string, string>) => rig.ask(PATH + query, { headers }),
  };
}

Deno.test("another person's rows have no tag, no 304, no compressed copy, and are not to be stored", async () => {
  const { rig, ask, anna, tutor } = await createSchool();
  const own = await ask("", anna);
  const etag = own.headers.get("etag") ?? "";
  assert.match(own.headers.get("cache-control") ?? "", /^private/);
  for (let turn = 1; turn <= 3; turn += 1) {
    const response = await ask("?user_id=anna", { ...tutor, "if-none-match": `${etag}, *`, "accept-encoding": "gzip" });
    const { headers } = response;
    assert.equal(response.status, 200);
    assert.equal(headers.get("etag"), null);
    assert.equal(headers.get("cache-control"), "no-store");
    assert.equal(headers.get("cache-status"), "Freshet; fwd=bypass; detail=postgres");
    assert.equal(headers.get("content-encoding"), null);
    assert.match(headers.get("vary") ?? "", /Authorization/);
    const { data, meta } = await response.json();
    assert.equal(meta.row_count, 40);
    assert.ok(data.every(({ user_id }: { user_id: string }) => user_id === "anna"));
    assert.equal(rig.source.access_log.length, turn);
  }
});

Deno.test("the log line and the access log name one request, and the line names no person", async () => {
  const { rig, ask, tutor } = await createSchool();
  const response = await ask("?user_id=anna&limit=3", tutor);
  const { cache, request_id, ...line } = JSON.parse(rig.lines.at(-1) ?? "{}");
  assert.deepEqual([cache, line.outcome, line.resource], ["person", "OK", "sample/study-days"]);
  assert.equal(request_id, response.headers.get("x-request-id"));
  assert.equal(rig.source.access_log[0]?.request_id, request_id);
  assert.equal((await ask("?user_id=bela", tutor)).status, 403);
  assert.doesNotMatch(rig.lines.join(), LOG_LINE);
});

Deno.test("pages of another person's rows follow each other, each of them a row of the log", async () => {
  const { rig, ask, tutor } = await createSchool();
  const days = new Set<string>();
  let query: string | undefined = "?user_id=anna&limit=15";
  for (const length of [15, 15, 10]) {
    const response = await ask(query ?? assert.fail("there is no next page"), tutor);
    const { data } = await response.json();
    assert.equal(data.length, length);
    for (const { studied_on } of data) days.add(studied_on);
    query = /^<(.*)>; rel="next"$/.exec(response.headers.get("link") ?? "")?.[1];
  }
  assert.deepEqual([days.size, query, rig.source.access_log.length], [40, undefined, 3]);
});

Deno.test("a page's cursor opens nobody else's rows", async () => {
  const { ask, tutor } = await createSchool();
  const { meta } = await (await ask("?user_id=anna&limit=15", tutor)).json();
  assert.equal((await ask(`?user_id=bela&limit=15&cursor=${meta.next_cursor}`, tutor)).status, 400);
  const { meta: own } = await (await ask("?limit=15", await bearer({ sub: "bela" }))).json();
  assert.equal((await ask(`?user_id=bela&limit=15&cursor=${own.next_cursor}`, tutor)).status, 400);
});

Deno.test("the secret key names a person, and is told so when it does not", async () => {
  const { ask } = await createSchool();
  const headers = { apikey: KEYS.secret };
  const refused = await ask("", headers);
  assert.equal(refused.status, 400);
  const { errors } = await refused.json();
  assert.deepEqual(errors.map(({ field }: { field: string }) => field), ["user_id"]);
  assert.equal((await ask("?user_id=bela", headers)).status, 200);
});

Deno.test("a demanded age holds for another person's rows: rows that are too old are not answered", async () => {
  const { rig, ask, tutor } = await createSchool();
  assert.equal((await ask("?user_id=anna&max_age=10", tutor)).status, 200);
  rig.clock.advance(20_000);
  const old = await ask("?user_id=anna&max_age=10", tutor);
  assert.deepEqual([old.status, (await old.json()).code], [503, "TOO_STALE"]);
  const refused = await ask("?user_id=bela&max_age=10", tutor);
  assert.equal(refused.status, 403);
});

Deno.test("an access log that takes no row, and a database that does not answer, are 5xx without a row", async () => {
  const { rig, ask, anna, tutor } = await createSchool();
  await ask("", anna);
  await ask("?user_id=anna", tutor);
  rig.source.is_log_closed = true;
  const closed = await ask("?user_id=anna", tutor);
  rig.source.is_log_closed = false;
  rig.source.is_down = true;
  const down = await ask("?user_id=anna", tutor);
  assert.deepEqual([closed.status, down.status], [500, 503]);
  for (const response of [closed, down]) {
    assert.equal(response.headers.get("cache-control"), "no-store");
    assert.doesNotMatch(await response.text(), /anna|studied_on/);
  }
});
