import assert from "node:assert/strict";
import { guardSource } from "../../../shared/read/guarded_source.ts";
import { FakeClock } from "../../support/fakes/clock.ts";
import { FakeSource } from "../../support/fakes/source.ts";

const ANY = ["agents_of_user", { columns: [], filters: [], scope: null, order: [], limit: 1 }, {
  emit: () => {},
}] as const;

function guarded() {
  const clock = new FakeClock();
  const source = new FakeSource(clock);
  return { clock, source, guard: guardSource(source, clock) };
}

Deno.test("guardSource() stops asking a silent source for two seconds after five tries", async () => {
  const { clock, source, guard } = guarded();
  source.is_down = true;
  for (let call = 0; call < 20; call += 1) await assert.rejects(guard.states(), { code: "SOURCE_UNAVAILABLE" });
  assert.equal(source.state_reads, 5);
  source.is_down = false;
  clock.advance(2_000);
  assert.deepEqual(Object.keys(await guard.states()), ["agents_of_user"]);
});

Deno.test("guardSource() fails those in line at once when the source turns out to be dead", async () => {
  const { source, guard } = guarded();
  source.is_down = true;
  const outcomes = await Promise.allSettled(Array.from({ length: 60 }, () => guard.read(...ANY)));
  assert.ok(outcomes.every(({ status }) => status === "rejected"));
  assert.ok(source.reads <= 12, `asked ${source.reads} times`);
});

Deno.test("guardSource() asks which versions are current past those in line", async () => {
  const { source, guard } = guarded();
  const gate = Promise.withResolvers<void>();
  source.gate = gate.promise;
  const reads = Array.from({ length: 72 }, () => guard.read(...ANY));
  await assert.rejects(guard.read(...ANY), { code: "SOURCE_UNAVAILABLE" });
  assert.deepEqual(Object.keys(await guard.states()), ["agents_of_user"]);
  gate.resolve();
  await Promise.all(reads);
});

Deno.test("guardSource() refuses the 73rd question at once, and counts a refusal by the database as an answer", async () => {
  const { source, guard } = guarded();
  const outcomes = await Promise.allSettled(Array.from({ length: 73 }, () => guard.read(...ANY)));
  assert.equal(outcomes.filter(({ status }) => status === "rejected").length, 1);
  for (let call = 0; call < 10; call += 1) {
    await assert.rejects(guard.read("mv_nothing", ANY[1], ANY[2]), { code: "INTERNAL" });
  }
  assert.deepEqual(Object.keys(await guard.states()), ["agents_of_user"]);
  assert.ok(source.state_reads > 0);
});

Deno.test("guardSource() counts reads of another person's rows among all others", async () => {
  const { source, guard } = guarded();
  source.is_down = true;
  const scope = { column: "user_id", value: "anna", relation: null, org: null };
  const reading = {
    reader: { kind: "secret_key" },
    relation: "x",
    resource: "x",
    parameters: {},
    request_id: "x",
  } as const;
  for (let call = 0; call < 20; call += 1) {
    await assert.rejects(guard.readPerson(ANY[0], { ...ANY[1], scope }, { reading, emit: () => {} }), {
      code: "SOURCE_UNAVAILABLE",
    });
  }
  assert.equal(source.reads, 5);
});
