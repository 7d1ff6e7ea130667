import assert from "node:assert/strict";
import fc from "fast-check";
import type { Caller } from "../../../shared/access/caller.ts";
import { sha256 } from "../../../shared/adapters/runtime/sha256.ts";
import { column, defineResource, parameter } from "../../../shared/resource/resource.ts";
import type { FakeRow } from "../../support/fakes/source.ts";
import { proofs } from "../../support/random/proofs.ts";
import { createWorld, type Isolate, type Trace } from "../../support/rigs/read_rig.ts";

const BASE = {
  pack: "probe",
  view: "mv_org_days",
  summary: "Days of an organisation",
  params: { org_id: parameter.label().optional() },
  filters: [{ param: "org_id", column: "org_id", op: "eq" }],
  columns: { org_id: column.text(), day: column.count(), figure: column.count() },
  access: { scope: "org", column: "org_id", relation: null },
  order: [{ column: "org_id", direction: "asc" }, { column: "day", direction: "asc" }],
  limit: 1_000,
  shown: "as_ordered",
  minimum_sample: null,
  max_age_seconds: 86_400,
  formats: ["json"],
} as const;
const days = defineResource({ ...BASE, name: "days" });
const reading = defineResource({ ...BASE, name: "reading", reading: "probe_days" });
const confined = defineResource({
  ...BASE,
  name: "confined",
  reading: "probe_days",
  reads: ["mv_org_weeks", "agents_of_user"],
  confined: true,
});

function member(org_id: string): Caller {
  return { kind: "user", subject: "anna", is_admin: false, org_id, org_role: null };
}

function row(org_id: string, figure: number, day = 1): FakeRow {
  return { org_id, day, figure };
}

function createOrgs(count = 256) {
  const world = createWorld();
  const rows = new Map<string, FakeRow>(["acme", "bolt"].map((org) => [org, row(org, 0)]));
  const refresh = () => world.source.refresh(days.view, [...rows.values()]);
  refresh();
  world.source.divide(days.view, "org_id", count);

  function write(org: string, figure: number): void {
    rows.set(org, row(org, figure));
    world.clock.advance(3_001);
    refresh();
  }
  return { ...world, rows, refresh, write };
}

function askedAs(one: Isolate, org: string, resource = days): Promise<Trace> {
  return one.read({ resource, params: {}, caller: member(org) });
}

/** How an answer came: from memory, from Redis, or from the source. */
function from({ events }: Trace): string {
  return events.includes("memory_hit") ? "memory" : events.includes("shared_hit") ? "redis" : "source";
}

Deno.test("a write in one organisation ends its own answers, and no other's, in memory and in Redis", async () => {
  const { write, isolate } = createOrgs();
  const one = isolate();
  const before = { acme: await askedAs(one, "acme"), bolt: await askedAs(one, "bolt") };
  write("acme", 7);
  const acme = await askedAs(one, "acme");
  const bolt = await askedAs(one, "bolt");
  assert.deepEqual([from(acme), from(bolt), from(await askedAs(isolate(), "bolt"))], ["source", "memory", "redis"]);
  assert.equal(acme.rows[0]?.["figure"], 7);
  assert.equal(bolt.answer.etag, before.bolt.answer.etag);
  assert.notEqual(acme.answer.etag, before.acme.answer.etag);
});

Deno.test("an answer says when the rows of its bucket were computed, and is as old as the last look at all of them", async () => {
  const { write, isolate, clock } = createOrgs();
  const one = isolate();
  const computed_at = new Date(clock.now()).toISOString();
  write("acme", 7);
  clock.advance(3_001);
  const { answer } = await askedAs(one, "bolt");
  assert.ok(answer.kind === "entry");
  assert.deepEqual(answer.freshness, { as_of: computed_at, age_seconds: 3, is_stale: false, objective_seconds: 1_200 });
  const { meta } = JSON.parse(answer.entry.body);
  assert.deepEqual([meta.version, meta.as_of, meta.source_as_of], [1, computed_at, computed_at]);
  assert.equal(
    JSON.parse((await askedAs(one, "acme")).answer.kind === "entry" ? answer.entry.body : "{}").meta.version,
    1,
  );
});

Deno.test("a 304 outlives a write in another organisation, and none in the caller's own", async () => {
  const { write, isolate } = createOrgs();
  const one = isolate();
  const { answer: { etag } } = await askedAs(one, "acme");
  const wanted = { resource: days, params: {}, caller: member("acme"), if_none_match: etag };
  write("bolt", 1);
  assert.equal((await isolate().read(wanted)).answer.kind, "not_modified");
  write("acme", 1);
  assert.equal((await one.read(wanted)).answer.kind, "entry");
});

Deno.test("an answer with all organisations rests on the view's own version, one that a filter narrows on a bucket", async () => {
  const { write, isolate } = createOrgs();
  const one = isolate();
  const ask = (params: Record<string, string>) => one.read({ resource: days, params });
  await ask({});
  await ask({ org_id: "bolt" });
  write("acme", 7);
  assert.deepEqual([from(await ask({})), from(await ask({ org_id: "bolt" }))], ["source", "memory"]);
});

Deno.test("organisations in one bucket end each other's answers, and see nothing of each other", async () => {
  const { write, isolate } = createOrgs(1);
  const one = isolate();
  await askedAs(one, "bolt");
  write("acme", 7);
  const bolt = await askedAs(one, "bolt");
  assert.deepEqual([from(bolt), bolt.rows], ["source", [row("bolt", 0)]]);
});

Deno.test("a row that changes hands ends the answers of both", async () => {
  const { rows, refresh, clock, isolate } = createOrgs();
  const one = isolate();
  await askedAs(one, "acme");
  await askedAs(one, "bolt");
  rows.set("acme", row("bolt", 5, 2));
  clock.advance(3_001);
  refresh();
  assert.deepEqual((await askedAs(one, "acme")).rows, []);
  assert.deepEqual((await askedAs(one, "bolt")).rows, [row("bolt", 0), row("bolt", 5, 2)]);
});

Deno.test("a caller whose claim now names another organisation gets nothing that was kept for the one before", async () => {
  const { isolate } = createOrgs(1);
  const one = isolate();
  await askedAs(one, "acme");
  assert.deepEqual((await askedAs(one, "bolt")).rows, [row("bolt", 0)]);
});

Deno.test("what a reading read is not known by its conditions: it rests on the view's own version", async () => {
  const { write, isolate, source } = createOrgs();
  const one = isolate();
  await askedAs(one, "bolt", reading);
  assert.equal(source.requests.at(-1)?.confined_to, undefined);
  assert.equal(from(await askedAs(one, "bolt", reading)), "memory");
  write("acme", 7);
  assert.equal(from(await askedAs(one, "bolt", reading)), "source");
});

Deno.test("rows that a relation lists may be in several buckets: their answer rests on the view's own version", async () => {
  const { write, isolate, source } = createOrgs();
  const listed = defineResource({
    ...BASE,
    name: "listed",
    reads: ["agents_of_user"],
    access: { scope: "user", column: "org_id", relation: "agents_of_user" },
  });
  source.owners.set("anna", ["acme", "bolt"]);
  const one = isolate();
  const ask = (params: Record<string, string>) => one.read({ resource: listed, params, caller: member("acme") });
  await ask({});
  assert.equal(from(await ask({})), "memory");
  await ask({ org_id: "bolt" });
  write("acme", 7);
  assert.deepEqual([from(await ask({})), from(await ask({ org_id: "bolt" }))], ["source", "memory"]);
});

Deno.test("a confined reading rests on its organisation's bucket of each view, and on all of a live relation", async () => {
  const { write, isolate, source, clock } = createOrgs();
  const weeks = [row("acme", 1), row("bolt", 1)];
  source.refresh("mv_org_weeks", weeks);
  source.divide("mv_org_weeks", "org_id");
  const one = isolate();
  const next = async () => (clock.advance(3_001), from(await askedAs(one, "bolt", confined)));
  assert.equal(await next(), "source");
  assert.deepEqual(source.requests.at(-1)?.confined_to, { column: "org_id", value: "bolt" });
  write("acme", 7);
  source.refresh("mv_org_weeks", [row("acme", 2), row("bolt", 1)]);
  assert.equal(await next(), "memory", "another's rows of both views");
  source.refresh("mv_org_weeks", [row("acme", 2), row("bolt", 2)]);
  assert.equal(await next(), "source", "its own rows of the second view");
  source.refresh("agents_of_user", []);
  assert.equal(await next(), "source", "a live relation, by anyone");
  const all = { resource: confined, params: {} };
  await one.read(all);
  write("acme", 8);
  assert.equal(from(await one.read(all)), "source", "an answer with all organisations");
});

Deno.test("where the column spells a value otherwise, no answer is kept under a bucket that it is not in", async () => {
  const { write, isolate, source } = createOrgs();
  source.canonical = (value) => value.replaceAll("-", "");
  const one = isolate();
  // This fake compares as text, so the caller has no rows yet.
  assert.deepEqual((await askedAs(one, "b-o-l-t")).rows, []);
  assert.equal(
    from(await askedAs(one, "b-o-l-t")),
    "source",
    "it is read again instead of looked for in the wrong place",
  );
  write("bolt", 3);
  const { answer } = await askedAs(one, "b-o-l-t");
  assert.ok(answer.kind === "entry" && answer.entry.state.version === 2, "and has the version of the right one");
});

Deno.test("an answer under the version of a whole view is never found for a bucket", async () => {
  const { isolate, source, clock } = createOrgs();
  const one = isolate();
  await askedAs(one, "acme");
  // The view is materialized again, and then has buckets again, with rows that were changed meanwhile.
  source.register("mv_org_days");
  source.refresh("mv_org_days", [row("acme", 0)]);
  clock.advance(3_001);
  assert.deepEqual((await askedAs(one, "acme")).rows, [row("acme", 0)]);
  clock.advance(3_001);
  source.refresh("mv_org_days", [row("acme", 9)]);
  source.divide("mv_org_days", "org_id");
  assert.deepEqual((await askedAs(one, "acme")).rows, [row("acme", 9)]);
});

Deno.test("an isolate that learns a refresh with one organisation's rows claims no fresher look for another's", async () => {
  const { rows, refresh, isolate, clock } = createOrgs();
  clock.advance(20_000);
  const one = isolate();
  await askedAs(one, "bolt");
  clock.advance(900);
  rows.set("acme", row("acme", 3));
  rows.set("bolt", row("bolt", 3));
  refresh();
  const acme = await one.read({ resource: days, params: { org_id: "acme" } });
  assert.equal(acme.answer.freshness.age_seconds, 0);
  const bolt = await askedAs(one, "bolt");
  // Its pointer is less than a second old, and so are these rows.
  assert.deepEqual([from(bolt), bolt.rows[0]?.["figure"], bolt.answer.freshness.age_seconds], ["memory", 0, 20]);
  clock.advance(3_001);
  assert.equal((await askedAs(one, "bolt")).rows[0]?.["figure"], 3);
});

function placeOf(row: FakeRow): string {
  return `${row["org_id"]} ${row["day"]}`;
}

Deno.test("an isolate that has read a newer version of a bucket shows no older one of it", async () => {
  const { rows, refresh, isolate, clock } = createOrgs();
  const one = isolate();
  await askedAs(one, "bolt");
  clock.advance(100);
  rows.set("bolt", row("bolt", 3));
  refresh();
  await one.read({ resource: days, params: { org_id: "bolt" } });
  assert.equal((await askedAs(one, "bolt")).rows[0]?.["figure"], 3);
});

const ORGS = ["acme", "bolt", "core", "dune", "echo"] as const;
const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant("read"), isolate: fc.nat(2), org: fc.nat(5) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom("put", "move", "remove"), org: fc.nat(4), to: fc.nat(4) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("refresh") }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("wait"), ms: fc.constantFrom(50, 900, 1_100, 3_001) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom("divide", "register", "redis_down", "redis_up", "redis_flush", "reset"),
    }),
  },
) as fc.Arbitrary<Readonly<Record<string, unknown>>>;

Deno.test("three seconds after a refresh no isolate shows what an organisation had before it, whatever the others did", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(1, 2, 4, 256),
      fc.array(step, { minLength: 10, maxLength: 80 }),
      async (count, steps) => {
        const world = createOrgs(count);
        const isolates = [world.isolate(), world.isolate(), world.lonely()];
        let figure = 0;
        /** For each moment of a refresh the rows that it left. */
        const history: { readonly at: number; readonly rows: readonly FakeRow[] }[] = [];
        const note = () => void history.push({ at: world.clock.now(), rows: [...world.rows.values()] });
        note();

        async function read({ isolate, org }: Readonly<Record<string, unknown>>): Promise<void> {
          const one = isolates[Number(isolate)] ?? world.isolate();
          const name = ORGS[Number(org)];
          // The sixth reads all organisations.
          const trace = name === undefined ? await one.read({ resource: days, params: {} }) : await askedAs(one, name);
          const shown = JSON.stringify(trace.rows);
          const now = world.clock.now();
          const recent = history.filter(({ at }, place) =>
            (history[place + 1]?.at ?? Infinity) >= now - 3_000 && at <= now
          );
          const held = recent.map(({ rows }) =>
            JSON.stringify(
              rows.filter((one) => name === undefined || one["org_id"] === name)
                .toSorted((left, right) => placeOf(left) < placeOf(right) ? -1 : 1),
            )
          );
          assert.ok(held.includes(shown), `${name}: ${shown} is none of ${held.join(" or ")}`);
        }

        for (const action of steps) {
          const org = ORGS[Number(action["org"])] ?? "acme";
          if (action["do"] === "read") await read(action);
          else if (action["do"] === "put") world.rows.set(org, row(org, figure += 1));
          else if (action["do"] === "move") {
            world.rows.set(org, row(ORGS[Number(action["to"])] ?? org, figure += 1, 2 + Number(action["org"])));
          } else if (action["do"] === "remove") world.rows.delete(org);
          else if (action["do"] === "wait") world.clock.advance(Number(action["ms"]));
          else if (action["do"] === "refresh") {
            // A database never computes two versions in the same instant.
            world.clock.advance(1);
            world.refresh();
            note();
          } else if (action["do"] === "divide") world.source.divide(days.view, "org_id", count === 1 ? 256 : count / 2);
          else if (action["do"] === "register") {
            world.source.register(days.view);
            world.clock.advance(1);
            world.refresh();
            world.source.divide(days.view, "org_id", count);
            note();
          } else if (action["do"] === "reset") world.source.forgetVersions(days.view);
          else if (action["do"] === "redis_flush") world.shared.held.clear();
          else world.shared.is_down = action["do"] === "redis_down";
        }
      },
    ),
    { numRuns: proofs(150, 1_000) },
  );
});

Deno.test("answers are right, and only read more often, where the isolate and the database do not agree about the hash", async () => {
  const { source, isolate, write } = createOrgs();
  source.bucketOf = (value, count) => (Number.parseInt(sha256(value).slice(0, 4), 16) + 1) % count;
  const one = isolate();
  for (const figure of [1, 2, 3]) {
    write("acme", figure);
    assert.equal((await askedAs(one, "acme")).rows[0]?.["figure"], figure);
    assert.equal(from(await askedAs(one, "acme")), "source");
  }
});
