// Whatever stands between them, good events are accepted, and each event has a result.
import { deepEqual, equal, ok } from "node:assert/strict";
import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { proofs } from "../../../../tests/support/random/proofs.ts";
import { withConnections } from "../../../../tests/support/rigs/test_database.ts";

const topic = randomUUID();
const user = randomUUID();

function goodEvent(event_type = "topic_view"): Record<string, unknown> {
  const event = { event_id: randomUUID(), event_type, session_id: "s", created_at: new Date().toISOString() };
  if (event_type === "topic_view") return { ...event, topic_id: topic };
  if (event_type === "review_start") return { ...event, properties: { cards: 12 } };
  return { ...event, topic_id: topic, question_id: randomUUID(), selected_answer: "A", correct_answer: "A" };
}

/** Halves of surrogate pairs, NUL, and what looks like a moment, a number or an id and is none. */
const strangeText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 300 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 20 }).map((units) => String.fromCharCode(...units)),
  fc.constantFrom(
    "infinity",
    "NaN",
    "-infinity",
    "10000-01-01T00:00:00Z",
    "2026-02-30T00:00:00Z",
    "now",
    "epoch",
    "\0",
  ),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
);
const strangeValue = fc.oneof(strangeText, fc.double(), fc.maxSafeInteger(), fc.jsonValue({ maxDepth: 4 }));
/** Each part is within its bounds, and the whole may be no moment. */
const strangeMoment = fc.tuple(
  fc.constantFrom("0000", "0044", "1900", "1969", "2025", "2026", "9999"),
  fc.constantFrom("02", "04", "12", "13"),
  fc.constantFrom("00", "29", "30", "31"),
  fc.constantFrom("00:00:00", "08:15:00", "23:59:59.999999999", "24:00:00"),
  fc.constantFrom("Z", "Z", "+00:00", "-15:59", "+16:00", "", " BC"),
).map(([year, month, day, time, offset]) => `${year}-${month}-${day}T${time}${offset}`);
const strangeEvent = fc.oneof(
  { weight: 2, arbitrary: strangeMoment.map((created_at) => ({ ...goodEvent(), created_at })) },
  fc.jsonValue({ maxDepth: 5 }),
  fc.tuple(
    fc.constantFrom("topic_view", "review_start", "question_attempt"),
    fc.oneof(
      fc.constantFrom("event_id", "event_type", "session_id", "created_at", "topic_id", "question_id", "properties"),
      fc.constantFrom("selected_answer", "correct_answer", "time_to_answer_seconds", "is_hint_used"),
      strangeText,
    ),
    strangeValue,
  ).map(([type, key, value]) => ({ ...goodEvent(type), [key]: value })),
  fc.tuple(strangeText, strangeValue).map(([key, value]) => ({ ...goodEvent(), properties: { [key]: value } })),
);

/** JSON has numbers that JavaScript has not. */
function jsonOf(event: unknown, big: string | null): string {
  const json = JSON.stringify(event);
  return big === null || !json.endsWith("}") ? json : `${json.slice(0, -1)}${json === "{}" ? "" : ","}"n":${big}}`;
}

const SAMPLE = 200;

Deno.test("good events are accepted whatever stands between them", () =>
  withConnections(1, async ([sql]) => {
    if (sql === undefined) throw new Error("no connection");
    await sql`insert into public.topics (id, name) values (${topic}, 'Anatomy')`;
    const seen = new Set<string>();
    const numRuns = proofs(SAMPLE, 2_000);
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.tuple(strangeEvent, fc.option(fc.constantFrom("1e400", "-1e400", "1e-400", "1e999999"), { freq: 5 })),
          {
            minLength: 1,
            maxLength: 12,
          },
        ),
        async (strange) => {
          const texts = strange.flatMap(([event, big]) => [JSON.stringify(goodEvent()), jsonOf(event, big)]);
          const { results, ...counts } = await sql.begin(async (transaction) => {
            const claims = JSON.stringify({ sub: user, role: "authenticated" });
            await transaction`select set_config('role', 'authenticated', true), set_config('request.jwt.claims', ${claims}, true)`;
            const [row] = await transaction`select public.track_batch(to_jsonb(${`[${
              texts.join(",")
            }]`}::text)) as answer`;
            return row?.["answer"];
          });
          equal(results.length, texts.length);
          deepEqual(
            results.filter((_: unknown, place: number) => place % 2 === 0).map((one: { status: string }) => one.status),
            strange.map(() => "accepted"),
          );
          for (const { status, code, detail } of results) {
            ok(status === "rejected" ? code !== null && detail !== "" : code === null, `${status} ${code} ${detail}`);
            seen.add(code ?? status);
          }
          equal(counts.accepted + counts.duplicates + counts.rejected, texts.length);
        },
      ),
      // So few must be the same at each run to be strange in all ways.
      { numRuns, ...(numRuns === SAMPLE ? { seed: 1 } : {}) },
    ).finally(async () => {
      await sql`select freshet.forget_user(${user})`;
      await sql`delete from freshet.erasures where user_hash = freshet.user_hash(${user})`;
      await sql`delete from public.topics where id = ${topic}`;
    });
    const usual = [
      "accepted",
      "invalid_properties",
      "invalid_value",
      "not_an_object",
      "unknown_key",
      "unknown_type",
      "unreadable",
    ];
    deepEqual(usual.filter((code) => !seen.has(code)), [], "the events were strange in these ways too");
  }));
