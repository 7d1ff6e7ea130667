// The training resources for members by role, through the origin: who reads what, in figures worked out by hand, and who is refused.
import { deepEqual, equal } from "node:assert/strict";
import { e2e } from "../../../../tests/support/rigs/e2e.ts";
import { asUser, type Product, startProduct } from "../../../../tests/support/rigs/product.ts";
import {
  asMember,
  type Member,
  organisations,
  people,
  plantTraining,
} from "../../../../tests/support/fixtures/training.ts";
import { pause } from "../../../../stack/pause.ts";

let product: Product;
type Row = Readonly<Record<string, unknown>>;

Deno.test.beforeAll(async () => {
  product = await startProduct({ redis: false, variables: { FRESHET_RATE_LIMITS: "none" } });
  await plantTraining(product.sql);
  await pause(3_000); // until every isolate has seen it
});
Deno.test.afterAll(() => product.stop());

const root: Member = { subject: "root", org: "first", role: "admin" };
const boss: Member = { subject: "boss", org: "first", role: "manager" };
const moss: Member = { subject: "moss", org: "first", role: "manager" };
const u2: Member = { subject: "u2", org: "first", role: "trainee" };

async function rowsFor(member: Member, path: string): Promise<Row[]> {
  const response = await product.get(`/training/${path}`, await asMember(product.stack, member));
  const body = await response.json();
  equal(response.status, 200, `${path} as ${member.role}: ${JSON.stringify(body)}`);
  return body.data;
}

/** The cells of some columns, one line for each row. */
function cells(rows: readonly Row[], ...columns: readonly string[]): unknown[][] {
  return rows.map((row) => columns.map((column) => row[column]));
}

const FOR_ADMINS = [
  "org-overview",
  "attempt-trend",
  "top-scenarios",
  "attempts",
  "activity-calendar",
  "scenario-insights",
  "kpi/heatmap?event_type=question_asked",
  "kpi/weekly?event_type=question_asked",
  "kpi/cohorts?event_type=question_asked",
];
const FOR_MANAGERS = [
  "team-overview",
  "leaderboard?month=2026-02",
  "assignments",
  "tasks",
  "teams",
  "people/figures",
];
const FOR_EVERYBODY = ["me/stats", "me/score-trend", "me/attempts", "me/assignments"];

for (const path of [...FOR_ADMINS, ...FOR_MANAGERS, ...FOR_EVERYBODY]) {
  e2e(`/training/${path} is read by those whose rows it has, and refused to everybody else`, async () => {
    const { stack } = product;
    const { publishableKey, secretKey, cronKey } = stack.keys;
    const claims = (member: Partial<Member>) => asMember(stack, { ...u2, ...member });
    const own = FOR_EVERYBODY.includes(path);
    const managers = own || FOR_MANAGERS.includes(path);
    const callers: Record<string, readonly [Record<string, string>, boolean]> = {
      "an organisation's admin": [await claims({ subject: "root", role: "admin" }), true],
      "a manager": [await claims({ subject: "boss", role: "manager" }), managers],
      "a trainee": [await claims({}), own],
      "an unknown role": [await claims({ role: "owner" }), false],
      "a role that every object has": [await claims({ role: "constructor" }), false],
      "a platform admin": [asUser(stack, stack.tokens.admin), !own],
      "the secret key": [{ apikey: secretKey }, !own],
      "a member without a role": [asUser(stack, stack.tokens.member), false],
      "the publishable key": [{ apikey: publishableKey }, false],
      "the cron key": [{ apikey: cronKey }, false],
    };
    const found: Record<string, number> = {};
    for (const [name, [headers]] of Object.entries(callers)) {
      const response = await product.get(`/training/${path}`, headers);
      await response.body?.cancel();
      found[name] = response.status;
    }
    const expected = Object.entries(callers).map(([name, [, may]]) => [name, may ? 200 : 403]);
    deepEqual(found, Object.fromEntries(expected));
    equal((await (await product.get(`/training/${path}`)).json()).code, "UNAUTHENTICATED");
  });
}

for (const path of [...FOR_ADMINS, ...FOR_MANAGERS]) {
  e2e(`/training/${path} shows each organisation its own rows, also to who asks for the other's`, async () => {
    const join = path.includes("?") ? "&" : "?";
    for (const org of ["first", "second"] as const) {
      const rows = await rowsFor({ ...root, org }, path);
      deepEqual([...new Set(rows.map((row) => row["org_id"]))], [organisations[org].id]);
      const both = await product.get(`/training/${path}${join}org_id=${organisations[org].id}`, {
        apikey: product.stack.keys.secretKey,
      });
      deepEqual((await both.json()).data, rows, "the secret key reads the same when it names the organisation");
    }
    const foreign = `/training/${path}${join}org_id=${organisations.second.id}`;
    const response = await product.get(foreign, await asMember(product.stack, root));
    equal((await response.json()).code, "FORBIDDEN");
  });
}

e2e("an admin reads the organisation's figures", async () => {
  const [overview] = await rowsFor(root, "org-overview");
  // Five trainees with four attempts, and u0 with one: 21. The scores: January and later each average 103, u0's is 100.
  deepEqual({ ...overview, last_activity: null }, {
    org_id: organisations.first.id,
    name: "canary-first",
    active_users: 6,
    active_users_this_month: 5,
    total_attempts: 21,
    attempts_this_week: 5,
    attempts_this_month: 10,
    avg_score: Number((2160 / 21).toFixed(3)),
    scored_count: 21,
    last_activity: null,
  });
  const trend = await rowsFor(root, "attempt-trend?days=11");
  deepEqual(cells(trend, "attempts_count", "avg_score"), [
    [5, 103],
    ...Array.from({ length: 8 }, () => [0, null]),
    [5, 103],
    [0, null],
  ]);
  deepEqual(cells(await rowsFor(root, "top-scenarios"), "title", "attempt_count"), [["canary-first", 21]]);
  // Means of 1 to 5 questions; u0 had none. The scores of u0, u1 and u2 add up to 918 in nine attempts, of the others to 1242 in twelve.
  deepEqual(
    cells(await rowsFor(root, "kpi/cohorts?event_type=question_asked"), "label", "users_count", "avg_score"),
    [["below 3", 3, 102], ["3 to 7", 3, 103.5], ["above 7", 0, null]],
  );
  deepEqual(
    cells(
      await rowsFor(root, "kpi/cohorts?event_type=question_asked&thresholds=0.5"),
      "label",
      "users_count",
      "avg_score",
    ),
    [["below 0.5", 1, 100], ["0.5 or above", 5, 103]],
  );
  deepEqual(
    cells(await rowsFor(root, "kpi/heatmap?event_type=question_asked"), "minute_of_call", "events_count"),
    [[1, 20], [2, 16], [3, 12], [4, 8], [5, 4]],
  );
  // January has five attempts with 1 + 2 + 3 + 4 + 5 questions, February the same and u0's.
  deepEqual(
    cells(
      await rowsFor(root, "kpi/weekly?event_type=question_asked&week_to=2026-02-28"),
      "week_start",
      "events_count",
      "attempts_count",
      "events_per_attempt",
    ),
    [["2026-01-12", 15, 5, 3], ["2026-02-09", 15, 6, 2.5]],
  );
});

e2e("attempts come a page at a time, each once, and are counted when somebody asks", async () => {
  const headers = await asMember(product.stack, root);
  const seen: string[] = [];
  let query = "from=2026-02-01&limit=7&total=true";
  for (let page = 0; page < 3; page++) {
    const { data, meta } = await (await product.get(`/training/attempts?${query}`, headers)).json();
    equal(meta.total_count, 16);
    seen.push(...data.map((row: Row) => `${row["started_on"]} ${row["user_id"]} ${row["user_name"]}`));
    query = `from=2026-02-01&limit=7&total=true&cursor=${meta.next_cursor}`;
    equal(meta.next_cursor === null, page === 2);
  }
  equal(seen.length, 16);
  equal(new Set(seen).size, 16);
  deepEqual(seen.map((line) => line.slice(0, 10)), seen.map((line) => line.slice(0, 10)).sort().reverse());
  deepEqual(seen.filter((line) => line.includes("u0")), ["2026-02-15 u0 Name of u0"]);
  const one = await rowsFor(root, `attempts?user_id=u3&to=2026-01-31&scenario_id=${organisations.first.scenario}`);
  deepEqual(cells(one, "user_id", "score", "scenario_title"), [["u3", 103, "canary-first"]]);
});

e2e("a manager reads their people, by a solid or a dotted line, and nobody who has left", async () => {
  const february = await rowsFor(boss, "leaderboard?month=2026-02");
  deepEqual(cells(february, "rank", "user_id", "name", "avg_score", "avg_score_change", "previous_rank"), [
    [1, "u4", "Name of u4", 104, 2, 4],
    [2, "u3", "Name of u3", 103, 0, 3],
    [3, "u2", "Name of u2", 102, -2, 2],
    [4, "u1", "Name of u1", 101, -4, 1],
  ]);
  deepEqual(
    (await rowsFor(root, "leaderboard?month=2026-02")).map((row) => row["user_id"]),
    ["u5", "u4", "u3", "u2", "u1", "u0"],
  );
  const tasks = await rowsFor(boss, "assignments?status=overdue");
  deepEqual(cells(tasks, "user_id", "assigned_count", "overdue_count", "completion_rate").sort(), [
    ["u1", 4, 4, 0],
    ["u2", 4, 4, 0],
    ["u3", 4, 4, 0],
    ["u4", 4, 4, 0],
  ]);
  deepEqual(
    cells(await rowsFor(boss, "assignments?status=completed&user_id=u4"), "due_on", "completion_rate", "best_score"),
    [["2026-02-28", 1, 104]],
  );
  for (const query of ["user_id=u5", "user_id=u0"]) {
    const response = await product.get(`/training/assignments?${query}`, await asMember(product.stack, boss));
    equal(response.status, 403, `${query} is not one of boss's people`);
  }
  // u1, u2 and u3 with two attempts each in thirty days; u4 counts for moss, whose four scores are too few for
  // boss to be compared with; moss gets the figure of their own people, and is ahead of boss.
  deepEqual(
    cells(
      await rowsFor(boss, "team-overview"),
      "manager_id",
      "members_count",
      "attempts_count",
      "avg_score",
      "completion_rate",
      "team_rank",
      "teams_count",
    ),
    [["boss", 3, 6, 102, 0.3333, 1, 1]],
  );
  deepEqual(cells(await rowsFor(moss, "team-overview"), "members_count", "avg_score", "team_rank"), [[2, 104.5, 1]]);
  equal((await rowsFor(root, "team-overview")).length, 2);
});

e2e("a trainee reads their own rows, in the organisation of the token", async () => {
  for (const [org, base] of [["first", 100], ["second", 500]] as const) {
    const member = { ...u2, org };
    const [stats] = await rowsFor(member, "me/stats");
    deepEqual({ ...stats, last_attempt_at: null }, {
      org_id: organisations[org].id,
      user_id: "u2",
      name: "Name of u2",
      attempts_this_week: 1,
      avg_score_this_week: base + 2,
      scored_count_this_week: 1,
      // Ten days ago the score was the same.
      avg_score_change: 0,
      scored_count_week_before: 1,
      attempts_count: 4,
      avg_score: base + 2.5,
      scored_count: 4,
      last_attempt_at: null,
    });
    deepEqual(cells(await rowsFor(member, "me/attempts?limit=5"), "scenario_title", "score"), [
      [`canary-${org}`, base + 2],
      [`canary-${org}`, base + 2],
      [`canary-${org}`, base + 2],
      [`canary-${org}`, base + 4],
    ]);
    deepEqual(cells(await rowsFor(member, "me/assignments"), "status", "is_required"), [["overdue", true], [
      "open",
      false,
    ]]);
    const trend = await rowsFor(member, "me/score-trend?days=2");
    deepEqual(cells(trend, "attempts_count", "avg_score", "scored_count"), [[1, base + 2, 1], [0, null, 0]]);
  }
});

e2e(
  "a person's own attempts are narrowed to a period or a scenario; they, and people, are counted when somebody asks",
  async () => {
    const days = (await rowsFor(u2, "me/attempts")).map((row) => String(row["started_on"]));
    const [newest = "", oldest = ""] = [days.at(0), days.at(-1)];
    deepEqual((await rowsFor(u2, `me/attempts?to=${oldest}`)).map((row) => row["started_on"]), [oldest]);
    deepEqual((await rowsFor(u2, `me/attempts?from=${newest}`)).map((row) => row["started_on"]), [newest]);
    equal((await rowsFor(u2, `me/attempts?scenario_id=${organisations.first.scenario}`)).length, days.length);
    deepEqual(await rowsFor(u2, `me/attempts?scenario_id=${organisations.second.scenario}`), []);
    const counts: Record<string, number> = { "me/attempts": days.length, "people": 1 };
    for (const [path, count] of Object.entries(counts)) {
      const answer = await product.get(`/training/${path}?limit=1&total=true`, await asMember(product.stack, u2));
      equal((await answer.json()).meta.total_count, count, path);
    }
    for (const path of ["people", "people/figures"]) {
      const answer = await product.get(`/training/${path}?limit=1&total=true`, await asMember(product.stack, boss));
      equal((await answer.json()).meta.total_count, people.first["boss"]?.length, path);
    }
  },
);

e2e("who changes hands is seen by the new manager and no longer by the old one, within three seconds", async () => {
  const { sql } = product;
  const ids = async (member: Member) =>
    (await rowsFor(member, "leaderboard?month=2026-01")).map((row) => row["user_id"]).sort();
  deepEqual(await ids(boss), [...people.first["boss"] ?? []]);
  deepEqual(await ids(moss), [...people.first["moss"] ?? []]);
  await sql`update public.org_members set manager_id = 'moss' where org_id = ${organisations.first.id} and user_id = 'u1'`;
  try {
    await pause(3_200);
    deepEqual(await ids(boss), ["u2", "u3", "u4"]);
    deepEqual(await ids(moss), ["u1", "u4", "u5"]);
  } finally {
    await sql`update public.org_members set manager_id = 'boss' where org_id = ${organisations.first.id} and user_id = 'u1'`;
  }
});

e2e(
  "an attempt that has just been completed is on its owner's page within three seconds, without a refresh",
  async () => {
    const { sql } = product;
    const u5: Member = { subject: "u5", org: "first", role: "trainee" };
    equal((await rowsFor(u5, "me/attempts")).length, 4);
    equal((await rowsFor(u5, "me/assignments")).length, 2);
    const [attempt] = await sql`
    insert into public.scenario_attempts (org_id, user_id, scenario_id, status, score, ended_at)
    values (${organisations.first.id}, 'u5', ${organisations.first.scenario}, 'completed', 199, now()) returning id`;
    await pause(3_200);
    deepEqual((await rowsFor(u5, "me/attempts"))[0]?.["score"], 199);
    deepEqual(await rowsFor(u5, "me/assignments"), []);
    await sql`delete from public.scenario_attempts where id = ${attempt?.["id"]}`;
    await pause(3_200);
    equal((await rowsFor(u5, "me/attempts")).length, 4);
  },
);
