// Two organisations with the same people, through two isolates, the real Redis and the real database.
import { deepEqual, equal, ok } from "node:assert/strict";
import { proofs } from "../../../../tests/support/random/proofs.ts";
import { type Product, startProduct } from "../../../../tests/support/rigs/product.ts";
import {
  asMember,
  type Member,
  type Organisation,
  organisations,
  people,
  plantTraining,
  trainees,
} from "../../../../tests/support/fixtures/training.ts";
import { refreshAll } from "../../../../tests/support/fixtures/arena.ts";
import { pause } from "../../../../stack/pause.ts";

let product: Product;

Deno.test.beforeAll(async () => {
  product = await startProduct({ isolates: { analytics: 2 }, variables: { FRESHET_RATE_LIMITS: "none" } });
  await plantTraining(product.sql);
  await pause(3_000); // until every isolate has seen it
});
Deno.test.afterAll(() => product.stop());

const ORGS = Object.keys(organisations) as Organisation[];

/** Everybody in every role: one person may be an admin here and a trainee there, and a token says only one of it. */
const members: Member[] = ORGS.flatMap((org) => [
  { subject: "root", org, role: "admin" },
  ...["boss", "moss"].flatMap((subject) => ["manager", "trainee"].map((role) => ({ subject, org, role }))),
  ...["u1", "u4"].flatMap((subject) => ["admin", "manager", "trainee"].map((role) => ({ subject, org, role }))),
]);

interface Question {
  readonly path: string;
  /** Whose rows each role reads; a role that is missing is refused. */
  readonly rows: Readonly<Record<string, "org" | "people" | "own">>;
}

const FOR_ADMINS = { admin: "org" } as const;
const FOR_MANAGERS = { admin: "org", manager: "people" } as const;
const OWN = { admin: "own", manager: "own", trainee: "own" } as const;
const questions: readonly Question[] = [
  { path: "org-overview", rows: FOR_ADMINS },
  { path: "attempt-trend?days=12", rows: FOR_ADMINS },
  { path: "top-scenarios", rows: FOR_ADMINS },
  { path: "attempts?limit=100", rows: FOR_ADMINS },
  { path: "attempts?limit=3&user_id=u4&total=true", rows: FOR_ADMINS },
  { path: "activity-calendar?year=2026", rows: FOR_ADMINS },
  { path: "scenario-insights", rows: FOR_ADMINS },
  { path: "kpi/cohorts?event_type=question_asked&thresholds=0.5", rows: FOR_ADMINS },
  { path: "org-overview?from=2026-02-01&to=2026-02-28", rows: FOR_ADMINS },
  { path: "scenario-insights?from=2026-02-01&to=2026-02-28", rows: FOR_ADMINS },
  { path: "kpi/weekly?event_type=question_asked&from=2026-02-01", rows: FOR_ADMINS },
  { path: "kpi/heatmap?event_type=question_asked&to=2026-02-28", rows: FOR_ADMINS },
  { path: "team-overview", rows: { admin: "org", manager: "own" } },
  { path: "teams", rows: { admin: "org", manager: "own" } },
  { path: "tasks", rows: { admin: "org", manager: "own" } },
  { path: "people", rows: { admin: "org", manager: "people", trainee: "own" } },
  { path: "people/figures", rows: FOR_MANAGERS },
  { path: "people/attempts?limit=100", rows: { manager: "people" } },
  { path: "leaderboard?month=2026-02", rows: FOR_MANAGERS },
  { path: "leaderboard?month=2026-01&limit=3", rows: FOR_MANAGERS },
  { path: "assignments", rows: FOR_MANAGERS },
  { path: "assignments?status=completed", rows: FOR_MANAGERS },
  { path: "me/stats", rows: OWN },
  { path: "me/score-trend?days=12", rows: OWN },
  { path: "me/attempts", rows: OWN },
  { path: "me/assignments?status=all", rows: OWN },
];

/** The people whose rows the caller may be shown; null for everybody in the organisation. */
function visible({ rows }: Question, { subject, org, role }: Member): readonly string[] | null {
  if (rows[role] === "org") return null;
  return rows[role] === "own" ? [subject] : people[org][subject] ?? [];
}

/** Two callers with the same rights to the same rows share one answer, and its tag. */
function rightsOf({ path, rows }: Question, { subject, org, role }: Member): string {
  return `${path} of ${rows[role]} ${rows[role] === "org" ? "" : subject} in ${org}`;
}

/** Fails unless every row carries the canaries of the caller's organisation, and of nobody whom they may not see. */
function checkRows(question: Question, member: Member, rows: readonly Readonly<Record<string, unknown>>[]): void {
  const whose = visible(question, member);
  const { id, base } = organisations[member.org];
  const what = `${question.path} as ${JSON.stringify(member)}`;
  for (const row of rows) {
    equal(row["org_id"], id, what);
    const person = row["user_id"] ?? row["manager_id"];
    if (whose !== null) ok(whose.includes(String(person)), `${what}: ${person}`);
    for (const [column, value] of Object.entries(row)) {
      const is_score = /score$|^best_score$|^median_score$/.test(column) && value !== null;
      if (is_score) ok(Number(value) >= base && Number(value) < base + 100, `${what}: ${column} is ${value}`);
      if (typeof value === "string" && value.startsWith("canary-")) ok(value.startsWith(`canary-${member.org}`), what);
    }
  }
}

/** A small generator with a seed, so that a failure can be repeated. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

Deno.test({
  name: "interleaved requests of two organisations in three roles each carry their own rows only",
  sanitizeOps: false, // background parts of the stack outlive a single test
  sanitizeResources: false,
  async fn() {
    const { stack, sql } = product;
    const isolates = stack.functionUrls["analytics"] ?? [];
    equal(isolates.length, 2);
    const callers = await Promise.all(
      members.map(async (member) => ({ member, headers: await asMember(stack, member) })),
    );
    const roll = dice(20_261_122);
    const tags = new Map<string, string>();
    const found = { permitted: 0, refused: 0, silent: 0, unmodified: 0, rows: 0 };
    const caches: Record<string, number> = {};
    const answered = new Set<string>();

    async function ask(): Promise<void> {
      const caller = callers[roll(callers.length)];
      const question = questions[roll(questions.length)];
      const isolate = isolates[roll(2)];
      ok(caller !== undefined && question !== undefined);
      const { member, headers } = caller;
      // One in ten asks for the other organisation by name, one in five shows a tag of the question, which may be somebody else's.
      const foreign = question.rows[member.role] === "org" && roll(10) === 0;
      const other = organisations[member.org === "first" ? "second" : "first"].id;
      const path = foreign
        ? `${question.path}${question.path.includes("?") ? "&" : "?"}org_id=${other}`
        : question.path;
      const known = [...tags].filter(([, rights]) => rights.startsWith(`${question.path} of `));
      const [tag] = roll(5) === 0 ? known[roll(known.length)] ?? [] : [];
      const response = await fetch(`${isolate}/analytics/training/${path}`, {
        headers: { ...headers, ...(tag === undefined ? {} : { "if-none-match": tag }) },
      });
      const who = `${JSON.stringify(member)} ${path}`;
      const body = await response.text();
      if (question.rows[member.role] === undefined || foreign) {
        equal(response.status, 403, who);
        ok(!body.includes("canary-") && !body.includes('"data"'), who);
        found.refused += 1;
        return;
      }
      if (response.status === 304) {
        equal(tags.get(tag ?? ""), rightsOf(question, member), "a tag of an answer with other rows was honoured");
        found.unmodified += 1;
        return;
      }
      // A busy machine's database that does not answer in time: nothing is shown.
      if (response.status === 503) {
        equal(JSON.parse(body).code, "SOURCE_UNAVAILABLE", who);
        found.silent += 1;
        return;
      }
      equal(response.status, 200, `${who}: ${body}`);
      const { data } = JSON.parse(body);
      checkRows(question, member, data);
      tags.set(response.headers.get("etag") ?? "", rightsOf(question, member));
      found.permitted += 1;
      found.rows += data.length;
      if (data.length > 0) answered.add(`${member.org} ${member.role} ${question.path}`);
      const where = response.headers.get("cache-status") ?? "none";
      caches[where] = (caches[where] ?? 0) + 1;
    }

    const rounds = proofs(40, 1_000);
    for (let round = 0; round < rounds; round += 1) {
      await Promise.all(Array.from({ length: 100 }, ask));
      // What is read live moves, and so do the views, while others ask.
      if (round % 20 === 4) {
        await sql`
          update public.scenario_attempts set duration_seconds = coalesce(duration_seconds, 0) + 1
          where org_id = ${organisations[round % 40 === 4 ? "first" : "second"].id} and user_id = any (${[
          ...trainees,
        ]})`;
      }
      if (round % 40 === 19) await refreshAll(sql);
    }

    equal(found.permitted + found.refused + found.unmodified + found.silent, rounds * 100);
    ok(found.silent < rounds, `${found.silent} answers without rows`);
    ok(
      found.refused > rounds * 20 && found.unmodified > rounds / 10 && found.rows > rounds * 100,
      JSON.stringify(found),
    );
    const hits = (caches["Freshet; hit; detail=memory"] ?? 0) + (caches["Freshet; hit; detail=redis"] ?? 0);
    ok(hits > found.permitted / 4, `the caches were never warm: ${JSON.stringify(caches)}`);
    // An answer without a row proves nothing: each question was answered with some, to each role, in each organisation.
    const expected = ORGS.flatMap((org) =>
      questions.flatMap(({ path, rows }) => Object.keys(rows).map((role) => `${org} ${role} ${path}`))
    );
    deepEqual([...answered].sort(), expected.sort());
  },
});
