/** Answers that rest on more than one view, on people, or on the day. */
import assert from "node:assert/strict";
import type { Caller } from "../../../shared/access/caller.ts";
import { column, defineResource, parameter } from "../../../shared/resource/resource.ts";
import { createWorld } from "../../support/rigs/read_rig.ts";

const board = defineResource({
  pack: "test",
  name: "board",
  view: "mv_board",
  reads: ["mv_days", "people_of_manager"],
  reading: "test_board",
  clock: "day",
  total: "total",
  summary: "Who stands where today",
  params: {
    total: parameter.flag(),
    limit: parameter.wholeNumber({ from: 1, to: 10, otherwise: 2 }),
    cursor: parameter.cursor().optional(),
  },
  filters: [],
  columns: { org_id: column.text(), user_id: column.text(), place: column.count() },
  access: { scope: "member", org: "org_id", column: "user_id", rows: { admin: "org", manager: "people_of_manager" } },
  order: [{ column: "place", direction: "asc" }],
  limit: { param: "limit" },
  cursor: "cursor",
  shown: "as_ordered",
  minimum_sample: null,
  max_age_seconds: 86_400,
  formats: ["json"],
});

const ROWS = [
  { org_id: "acme", user_id: "anna", place: 1 },
  { org_id: "acme", user_id: "bela", place: 2 },
  { org_id: "acme", user_id: "cara", place: 3 },
  { org_id: "bert", user_id: "anna", place: 1 },
];
const member = (org_role: string, org_id = "acme"): Caller => ({
  kind: "user",
  subject: "mia",
  is_admin: false,
  org_id,
  org_role,
});

function createBoard() {
  const world = createWorld();
  world.source.refresh("mv_board", ROWS);
  world.source.refresh("mv_days", []);
  world.source.refresh("people_of_manager", []);
  world.source.owners.set("mia@acme", ["anna"]);
  const one = world.isolate();
  const people = async (caller: Caller) =>
    (await one.read({ resource: board, params: {}, caller })).rows.map(({ org_id, user_id }) =>
      `${user_id} of ${org_id}`
    );
  return { ...world, one, people };
}

Deno.test("an answer moves with each thing that it reads, and with nothing else", async () => {
  const { clock, source, people } = createBoard();
  await people(member("manager"));
  for (const view of ["mv_board", "mv_days", "people_of_manager", "mv_elsewhere"]) {
    source.refresh(view, view === "mv_board" ? ROWS : []);
    clock.advance(3_000);
    const before = source.reads;
    await people(member("manager"));
    assert.equal(source.reads - before, view === "mv_elsewhere" ? 0 : 1, view);
  }
});

Deno.test("a person who leaves is gone from the manager's answer as soon as the pointer knows", async () => {
  const { clock, source, people } = createBoard();
  assert.deepEqual(await people(member("manager")), ["anna of acme"]);
  source.owners.set("mia@acme", []);
  source.refresh("people_of_manager", []);
  clock.advance(3_000);
  assert.deepEqual(await people(member("manager")), []);
});

Deno.test("an answer of yesterday is asked again after midnight UTC, with the new day", async () => {
  const { clock, source, people } = createBoard();
  await people(member("admin"));
  const asked = source.reads;
  const to_midnight = 86_400_000 - (clock.now() % 86_400_000);
  clock.advance(to_midnight - 1);
  await people(member("admin"));
  assert.equal(source.reads, asked, "one millisecond before midnight it is still today");
  clock.advance(1);
  await people(member("admin"));
  assert.equal(source.reads, asked + 1);
  const [first, second] = source.requests.map(({ reading }) => reading?.asked.today);
  assert.equal(Date.parse(second ?? "") - Date.parse(first ?? ""), 86_400_000);
});

Deno.test("the reading is told the organisation of the claims", async () => {
  const { source, people } = createBoard();
  assert.deepEqual(await people(member("admin")), ["anna of acme", "bela of acme"]);
  assert.deepEqual(await people(member("admin", "bert")), ["anna of bert"]);
  assert.deepEqual(source.requests.map(({ reading }) => reading?.asked.org), ["acme", "bert"]);
  assert.equal(source.requests[0]?.reading?.name, "test_board");
});

Deno.test("the rows of all pages are counted for those who ask, and inside their scope", async () => {
  const { one } = createBoard();
  const metaOf = async (params: Record<string, string>) => {
    const { answer } = await one.read({ resource: board, params, caller: member("admin") });
    return answer.kind === "entry" ? JSON.parse(answer.entry.body).meta : null;
  };
  assert.equal((await metaOf({ total: "true" })).total_count, 3);
  assert.ok(!("total_count" in await metaOf({})));
});

Deno.test("an answer waits for the first refresh of all that it reads", async () => {
  const { source, one } = createBoard();
  source.register("mv_days");
  await assert.rejects(one.read({ resource: board, params: {}, caller: member("admin") }), { code: "NOT_READY" });
});
