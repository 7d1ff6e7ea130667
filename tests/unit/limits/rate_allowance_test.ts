import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { RateAllowance, type Standing } from "../../../shared/limits/rate_allowance.ts";
import type { Counted } from "../../../shared/limits/rate_counter.ts";
import { type RateLimit, unreportedShare } from "../../../shared/limits/rate_limits.ts";
import { FakeClock, settle } from "../../support/fakes/clock.ts";
import { FakeRateCounter } from "../../support/fakes/rate_counter.ts";

const LIMIT: RateLimit = { requests: 100, seconds: 60 };
const SILENT = () => {};

/** Some isolates of one deployment, all asked by the same caller, the clock at the beginning of a window. */
function isolates(count: number, limit: RateLimit = LIMIT) {
  const clock = new FakeClock(Date.parse("2026-11-20T10:00:00Z"));
  const counter = new FakeRateCounter(clock);
  const report = (requests: number) => counter.add({ key: "user:x", limit, requests }).catch(() => undefined);
  const made = Array.from({ length: count }, () => new RateAllowance({ clock, name: "user", limit, report }));
  return { clock, counter, isolates: made };
}

function only<T>([first]: readonly T[]): T {
  if (first === undefined) throw new Error("There is none");
  return first;
}

/** Sends requests one after another, and lets reports arrive in between. */
async function send(allowance: RateAllowance, count: number): Promise<Standing[]> {
  const standings: Standing[] = [];
  for (let sent = 0; sent < count; sent++) {
    standings.push(await allowance.spend(SILENT));
    await settle();
    await settle();
    await settle();
  }
  return standings;
}

function admitted(standings: readonly Standing[]): number {
  return standings.filter(({ is_admitted }) => is_admitted).length;
}

Deno.test("one isolate admits the limit exactly, counts down to it, and says when the window ends", async () => {
  const { clock, ...world } = isolates(1);
  const allowance = only(world.isolates);
  clock.advance(15_000);
  const standings = await send(allowance, 105);
  deepEqual(standings.map(({ is_admitted }) => is_admitted), [...Array(100).fill(true), ...Array(5).fill(false)]);
  deepEqual([standings[0]?.remaining, standings[98]?.remaining, standings[99]?.remaining], [99, 1, 0]);
  equal(standings[100]?.reset_seconds, 45);
  clock.advance(45_000);
  equal((await send(allowance, 1))[0]?.is_admitted, true);
});

Deno.test("no request of a caller who asks one by one waits for a report, and few cause one", async () => {
  const { counter, ...world } = isolates(1, { requests: 600, seconds: 60 });
  const allowance = only(world.isolates);
  for (let sent = 0; sent < 600; sent++) {
    ok(!(allowance.spend(SILENT) instanceof Promise), `request ${sent + 1} waited`);
    await settle();
    await settle();
    await settle();
  }
  // A share is 30, and half of it is worth a report.
  equal(counter.told.length, 600 / 15);
  equal(counter.told.reduce((sum, { requests }) => sum + requests, 0), 600);
});

Deno.test("a refusal asks nobody", async () => {
  const { counter, ...world } = isolates(1);
  const allowance = only(world.isolates);
  await send(allowance, 100);
  const before = counter.told.length;
  equal(admitted(await send(allowance, 50)), 0);
  equal(counter.told.length, before);
});

Deno.test("what one isolate admitted counts in the others once they have reported", async () => {
  const world = isolates(2);
  const [first, second] = world.isolates;
  ok(first && second);
  equal(admitted(await send(first, 100)), 100);
  // A share of 100 is 5: the second learns with its third request, and its report is heard before the fourth.
  equal(admitted(await send(second, 100)), 3);
});

Deno.test("a caller who outruns Redis waits for it instead of passing the share", async () => {
  const { counter, ...world } = isolates(1);
  const allowance = only(world.isolates);
  const spent = Array.from({ length: 8 }, () => allowance.spend(SILENT));
  deepEqual(spent.map((one) => one instanceof Promise), [false, false, false, false, false, true, true, true]);
  equal(admitted(await Promise.all(spent)), 8);
  ok(counter.told.length >= 2);
});

Deno.test("without Redis a bucket of the isolate's own goes on with what was left, and fills evenly", async () => {
  const { clock, counter, ...world } = isolates(1);
  const allowance = only(world.isolates);
  equal(admitted(await send(allowance, 90)), 90);
  counter.is_down = true;
  // Ten are left; nobody gets a fresh hundred from an outage.
  const [last, refused] = (await send(allowance, 15)).slice(9, 11);
  deepEqual([last?.is_admitted, last?.remaining], [true, 0]);
  deepEqual([refused?.is_admitted, refused?.reset_seconds], [false, 1]);
  clock.advance(6_000); // a tenth of the window: a tenth of the limit
  equal(admitted(await send(allowance, 20)), 10);
});

Deno.test("when Redis is back it is told what was admitted meanwhile", async () => {
  const { counter, ...world } = isolates(1);
  const allowance = only(world.isolates);
  counter.is_down = true;
  await send(allowance, 40);
  counter.is_down = false;
  await send(allowance, 20);
  const [[, counted] = []] = [...counter.counts];
  ok(counted !== undefined && counted >= 58, `${counted} of 60 were counted`);
  equal(admitted(await send(allowance, 100)), 40);
});

Deno.test("a Redis that was emptied gives nobody a fresh limit", async () => {
  const { counter, ...world } = isolates(1);
  const allowance = only(world.isolates);
  equal(admitted(await send(allowance, 70)), 70);
  counter.counts.clear();
  equal(admitted(await send(allowance, 50)), 30);
});

Deno.test("where there is no Redis at all the bucket decides from the beginning", async () => {
  const clock = new FakeClock();
  const allowance = new RateAllowance({ clock, name: "key", limit: LIMIT, report: null });
  equal(admitted(await send(allowance, 150)), 100);
  clock.advance(60_000);
  equal(admitted(await send(allowance, 150)), 100);
});

Deno.test("what is given back can be spent again, also after it was reported", async () => {
  const world = isolates(1);
  const allowance = only(world.isolates);
  for (let round = 0; round < 300; round++) {
    equal((await send(allowance, 1))[0]?.is_admitted, true, `round ${round}`);
    allowance.giveBack();
  }
});

Deno.test("a clock that is set back locks nobody out", async () => {
  const { clock, ...world } = isolates(1);
  const allowance = only(world.isolates);
  await send(allowance, 101);
  clock.advance(-3_600_000);
  equal((await send(allowance, 1))[0]?.is_admitted, true);
});

interface Underway {
  readonly requests: number;
  readonly answer: (counted: Counted) => void;
  counted: Counted | null;
}

Deno.test("however reports and requests interleave, one isolate is exact and n admit fewer than limit + n shares", async () => {
  // Each step is one isolate's request, the moment in which Redis counts its report, or the arrival of the answer.
  const step = fc.record({ isolate: fc.nat(5), what: fc.constantFrom("request", "request", "count", "hear") });
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 90 }),
      fc.array(step, { minLength: 300, maxLength: 900 }),
      async (count, requests, steps) => {
        const limit = { requests, seconds: 60 };
        const clock = new FakeClock(Date.parse("2026-11-20T10:00:00Z"));
        const counter = new FakeRateCounter(clock);
        const underway: (Underway | null)[] = Array.from({ length: count }, () => null);
        // One isolate knows of all its requests; several know of each other what they have reported.
        const most = count === 1 ? requests : requests + count * unreportedShare(limit) - 1;
        let total = 0;
        const made = underway.map((_, index) =>
          new RateAllowance({
            clock,
            name: "user",
            limit,
            report: (requests) =>
              new Promise<Counted>((answer) => void (underway[index] = { requests, answer, counted: null })),
          })
        );
        const note = ({ is_admitted }: Standing) => void (total += is_admitted ? 1 : 0);
        for (const { isolate, what } of steps) {
          const index = isolate % count;
          const sent = underway[index] ?? null;
          if (what === "request") {
            const standing = made[index]?.spend(SILENT);
            if (standing instanceof Promise) standing.then(note);
            else if (standing !== undefined) note(standing);
          } else if (what === "count" && sent !== null) {
            sent.counted ??= counter.count({ key: "user:x", limit, requests: sent.requests });
          } else if (what === "hear" && sent?.counted) {
            underway[index] = null;
            sent.answer(sent.counted);
            await settle();
          }
          ok(total <= most, `${total} of ${requests} were admitted by ${count} isolates`);
        }
      },
    ),
    { numRuns: 200 },
  );
});
