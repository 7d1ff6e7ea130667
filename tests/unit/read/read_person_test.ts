/** Another person's rows: the relation decides at each read, the log has each read, and no cache takes part. */
import assert from "node:assert/strict";
import type { Caller } from "../../../shared/access/caller.ts";
import { defineResource } from "../../../shared/resource/resource.ts";
import { dice, pick } from "../../support/random/dice.ts";
import { proofs } from "../../support/random/proofs.ts";
import { createWorld } from "../../support/rigs/read_rig.ts";
import { studyDays } from "../../support/sample_pack/study_days.ts";

const VIEW = studyDays.view;

function user(subject: string, is_admin = false): Caller {
  return { kind: "user", subject, is_admin, org_id: null, org_role: null };
}

function dayOf(user_id: string, sessions_count = 1) {
  return { user_id, studied_on: "2026-11-20", sessions_count };
}

/** Tutors and learners; tutor may read anna. */
function createSchool(people = ["anna", "bela", "tutor", "root"]) {
  const world = createWorld();
  world.source.refresh(VIEW, people.map((person) => dayOf(person)));
  world.source.owners.set("tutor", ["anna"]);
  return world;
}

const ANNA = { resource: studyDays, params: { user_id: "anna" } };

Deno.test("the caller's own rows have one answer with the parameter and without it, cached as any user's are", async () => {
  const world = createSchool();
  const one = world.isolate();
  const bare = await one.read({ resource: studyDays, params: {}, caller: user("anna") });
  assert.deepEqual(bare.rows, [dayOf("anna")]);
  const named = await one.read({ ...ANNA, caller: user("anna") });
  assert.deepEqual(named.events, ["memory_hit"]);
  assert.equal(named.answer.etag, bare.answer.etag);
  const another = await world.isolate().read({ ...ANNA, caller: user("anna") });
  assert.ok(another.events.includes("shared_hit"));
  assert.equal(world.source.reads, 1);
  const again = await one.read({ ...ANNA, caller: user("anna"), if_none_match: bare.answer.etag });
  assert.equal(again.answer.kind, "not_modified");
  assert.deepEqual(world.source.access_log, []);
});

Deno.test("an administrator's own rows are no longer everybody's", async () => {
  const { rows } = await createSchool().isolate().read({ resource: studyDays, params: {}, caller: user("root", true) });
  assert.deepEqual(rows, [dayOf("root")]);
});

Deno.test("another person's rows touch no cache: not memory, not Redis, no flight, no state of views", async () => {
  const world = createSchool();
  const one = world.isolate();
  // Warm with the person's own rows, which lie under the person's own key.
  await one.read({ resource: studyDays, params: {}, caller: user("anna") });
  const [memory, shared] = [new Map(one.memory), new Map(world.shared.held)];
  const { reads, state_reads } = world.source;
  const asking = Array.from({ length: 5 }, () => one.readOther({ ...ANNA, caller: user("tutor") }));
  for (const { rows, events, answer } of await Promise.all(asking)) {
    assert.deepEqual(rows, [dayOf("anna")]);
    assert.deepEqual(events, ["source_read", "person_read"]);
    assert.ok(!("etag" in answer));
  }
  assert.equal(world.source.reads, reads + 5);
  assert.equal(world.source.state_reads, state_reads);
  assert.deepEqual(one.memory, memory);
  assert.deepEqual(world.shared.held, shared);
  assert.equal(one.background.length, 0);
});

Deno.test("each read of another person's rows is one row of the log: who, whose, what and in which request", async () => {
  const world = createSchool();
  const one = world.isolate();
  const params = { user_id: "anna", from: "2026-11-01" };
  await one.readOther({ resource: studyDays, params, caller: user("tutor") });
  await one.readOther({ ...ANNA, caller: { kind: "service" } });
  const [by_tutor, by_service] = world.source.access_log;
  assert.match(by_tutor?.request_id ?? "", /^[0-9a-f-]{36}$/);
  assert.deepEqual({ ...by_tutor, request_id: "" }, {
    person: "anna",
    reader: { kind: "user", subject: "tutor" },
    relation: "learners_of_tutor",
    resource: "sample/study-days",
    parameters: { from: "2026-11-01", limit: 100 },
    request_id: "",
  });
  assert.deepEqual(by_service?.reader, { kind: "secret_key" });
});

Deno.test("who is taken off the relation is refused at the next read, in every isolate", async () => {
  const world = createSchool();
  const isolates = [world.isolate(), world.isolate()];
  for (const one of isolates) assert.equal((await one.readOther({ ...ANNA, caller: user("tutor") })).rows.length, 1);
  world.source.owners.set("tutor", []);
  for (const one of isolates) {
    await assert.rejects(one.readOther({ ...ANNA, caller: user("tutor") }), { code: "FORBIDDEN" });
  }
});

Deno.test("a refusal says the same of a person with rows, without rows, and who does not exist, and logs nothing", async () => {
  const world = createSchool();
  const one = world.isolate();
  const said = new Set<string>();
  for (const caller of [user("bela"), user("root", true), user("tutor")]) {
    for (
      const user_id of ["bela", "root", "nobody", "tutor"].filter((id) => "subject" in caller && id !== caller.subject)
    ) {
      const error = await one.readOther({ resource: studyDays, params: { user_id }, caller }).catch((thrown) => thrown);
      said.add(JSON.stringify([error.code, error.message, error.errors, error.facts, error.defect]));
    }
  }
  assert.equal(said.size, 1, [...said].join("\n"));
  assert.match([...said].join(), /FORBIDDEN/);
  assert.deepEqual(world.source.access_log, []);
});

Deno.test("a view that was never computed is no news to a caller that is refused", async () => {
  const world = createSchool();
  world.source.empty(VIEW);
  const one = world.isolate();
  await assert.rejects(one.readOther({ ...ANNA, caller: user("bela") }), { code: "FORBIDDEN" });
  await assert.rejects(one.readOther({ ...ANNA, caller: user("tutor") }), { code: "NOT_READY" });
});

Deno.test("no row leaves when the log cannot be written, or the database does not answer", async () => {
  const world = createSchool();
  const one = world.isolate();
  await one.read({ resource: studyDays, params: {}, caller: user("anna") });
  await one.readOther({ ...ANNA, caller: user("tutor") });
  world.source.is_log_closed = true;
  await assert.rejects(one.readOther({ ...ANNA, caller: user("tutor") }), { code: "INTERNAL" });
  world.source.is_log_closed = false;
  world.source.is_down = true;
  await assert.rejects(one.readOther({ ...ANNA, caller: user("tutor") }), { code: "SOURCE_UNAVAILABLE" });
});

Deno.test("rows of a third person are never answered, even if the database forgets the WHERE", async () => {
  const world = createSchool();
  world.source.forgets_scope = true;
  const stolen = world.isolate().readOther({ ...ANNA, caller: user("tutor") });
  await assert.rejects(stolen, { code: "INTERNAL", message: /has been recorded/ });
});

Deno.test("of random reads by random callers, in two isolates, none shows a person whom the relation does not list", async () => {
  const people = ["anna", "bela", "cleo", "dora", "emil", "root"];
  const world = createSchool(people);
  const isolates = [world.isolate(), world.isolate()];
  const roll = dice(20_261_130);
  const found = { own: 0, other: 0, refused: 0 };

  async function ask(): Promise<void> {
    const subject = pick(roll, people);
    const person = roll(5) === 0 ? undefined : pick(roll, [...people, "nobody", "ANNA", "anna "]);
    const wanted = {
      resource: studyDays,
      params: person === undefined ? {} : { user_id: person },
      caller: user(subject, subject === "root"),
    };
    const whose = person ?? subject;
    const one = pick(roll, isolates);
    const is_listed = world.source.owners.get(subject)?.includes(whose) === true;
    const logged = world.source.access_log.length;
    if (whose === subject) {
      const { rows } = await one.readOnly(wanted);
      assert.deepEqual(rows, [dayOf(subject)]);
      found.own += 1;
      return;
    }
    const read = await one.readOther(wanted).then(({ rows }) => rows, ({ code }) => code);
    assert.deepEqual(read, is_listed ? [dayOf(whose)] : "FORBIDDEN", `${subject} asked for ${whose}`);
    assert.equal(world.source.access_log.length, logged + (is_listed ? 1 : 0));
    found[is_listed ? "other" : "refused"] += 1;
  }

  const rounds = proofs(5_000, 50_000);
  for (let round = 0; round < rounds; round += 1) {
    // The relation moves between any two reads, so a permission that was kept would show.
    if (roll(3) === 0) world.source.owners.set(pick(roll, people), people.filter(() => roll(3) === 0));
    await ask();
  }
  assert.ok(Math.min(...Object.values(found)) > rounds / 20, JSON.stringify(found));
});

Deno.test("a reading is told whose rows it computes, and not by the parameter that anybody may write", async () => {
  const { params, row } = studyDays;
  const reading = defineResource({
    ...studyDays,
    params: params.shape,
    columns: row.shape,
    reading: "study_days",
    clock: "day",
  });
  const world = createSchool();
  const one = world.isolate();
  await one.read({ resource: reading, params: { limit: "5" }, caller: user("anna") });
  await one.readOther({ resource: reading, params: { limit: "5", user_id: "anna" }, caller: user("tutor") });
  const asked = world.source.requests.map((request) => request.reading?.asked);
  const today = new Date(world.clock.now()).toISOString().slice(0, 10);
  const expected = { params: { limit: 5 }, today, org: null, person: "anna" };
  assert.deepEqual(asked, [expected, expected]);
});
