// What a small customer sees, who reads the lists, and what is left of an organisation that was deleted: through the origin.
import { deepEqual, equal, ok } from "node:assert/strict";
import { e2e } from "../../../../tests/support/rigs/e2e.ts";
import { refreshAll } from "../../../../tests/support/fixtures/arena.ts";
import { asUser, type Product, startProduct } from "../../../../tests/support/rigs/product.ts";
import { asMember, organisations, plantTraining } from "../../../../tests/support/fixtures/training.ts";
import { resources } from "../../../../tools/resources.ts";
import { issuerOf } from "../../../../stack/function_environment.ts";
import { pause } from "../../../../stack/pause.ts";
import { mintToken } from "../../../../stack/tokens.ts";

/** Two people and three scored attempts. */
const SMALL = { id: "00000000-0000-4000-8000-0000000000d1", scenario: "00000000-0000-4000-8000-0000000000d2" } as const;

let product: Product;
type Row = Readonly<Record<string, unknown>>;

Deno.test.beforeAll(async () => {
  product = await startProduct({ redis: false, variables: { FRESHET_RATE_LIMITS: "none" } });
  const { sql } = product;
  await plantTraining(sql);
  await sql`insert into public.orgs (id, name) values (${SMALL.id}, 'small')`;
  await sql`insert into public.org_members (org_id, user_id, role) values (${SMALL.id}, 'root', 'admin'), (${SMALL.id}, 'boss', 'manager')`;
  await sql`insert into public.org_members (org_id, user_id, manager_id) values (${SMALL.id}, 'u1', 'boss'), (${SMALL.id}, 'u2', 'boss')`;
  await sql`insert into public.scenarios (id, org_id, title, category) values (${SMALL.scenario}, ${SMALL.id}, 'Cold call', 'sales')`;
  await sql`insert into public.assignments (org_id, scenario_id, assignee_id) values (${SMALL.id}, ${SMALL.scenario}, 'u1')`;
  await sql`
    with made as (
      insert into public.scenario_attempts (org_id, user_id, scenario_id, status, score, started_at, ended_at)
      select ${SMALL.id}, a.who, ${SMALL.scenario}, 'completed', a.score, now() - interval '2 minutes', now() - interval '1 minute'
      from (values ('u1', 40), ('u1', 60), ('u2', 80)) as a (who, score)
      returning id, user_id
    )
    insert into analytics.fact_kpi_events (attempt_id, org_id, user_id, event_type, timestamp_ms)
    select m.id, ${SMALL.id}, m.user_id, 'question_asked', 60000 from made as m`;
  await refreshAll(sql);
  await pause(3_000); // until every isolate has seen it
});
Deno.test.afterAll(() => product.stop());

/** A token of the small organisation. */
async function asSmall(subject: string, role: string): Promise<Record<string, string>> {
  const { stack } = product;
  const token = await mintToken({
    jwtSecret: stack.keys.jwtSecret,
    issuer: issuerOf(stack.origin),
    subject,
    claims: { org_id: SMALL.id, org_role: role },
  });
  return { apikey: stack.keys.publishableKey, authorization: `Bearer ${token}` };
}

async function answerOf(
  path: string,
  headers: Record<string, string>,
): Promise<{ data: Row[]; meta: Row; status: number }> {
  const response = await product.get(path, headers);
  return { ...await response.json(), status: response.status };
}

/** Every resource whose rows name an organisation, as the secret key asks for it. */
const OF_ORGANISATIONS = resources.filter(({ columns, access }) =>
  columns.includes("org_id") && !(access.scope === "member" && !Object.values(access.rows).includes("org"))
).map(({ pack, name, params }) => {
  const shape = Object.keys(params.shape);
  const asked = { event_type: "question_asked", ...(shape.includes("limit") ? { limit: "100" } : {}) };
  return `/${pack}/${name}?${new URLSearchParams(Object.entries(asked).filter(([key]) => shape.includes(key)))}`;
});

e2e("a small customer's figures are there, each with the number that it rests on", async () => {
  const admin = await asSmall("root", "admin");
  const [overview] = (await answerOf("/training/org-overview", admin)).data;
  deepEqual([overview?.["avg_score"], overview?.["scored_count"], overview?.["total_attempts"]], [60, 3, 3]);
  const insights = await answerOf("/training/scenario-insights", admin);
  deepEqual(insights.data.map((row) => [row["title"], row["avg_score"], row["attempt_count"]]), [["Cold call", 60, 3]]);
  equal(insights.meta["withheld_count"], 0);
  const weekly = await answerOf("/training/kpi/weekly?event_type=question_asked", admin);
  deepEqual(weekly.data.map((row) => [row["events_count"], row["attempts_count"]]), [[3, 3]]);
  // boss has no row in public.teams there.
  const [card] = (await answerOf("/training/team-overview", await asSmall("boss", "manager"))).data;
  deepEqual(
    [card?.["name"], card?.["team_id"], card?.["avg_score"], card?.["scored_count"], card?.["team_rank"]],
    ["Name of boss", null, 60, 3, 1],
  );
});

e2e("what a public answer holds back is counted", async () => {
  const { sql, stack } = product;
  const challenge = "00000000-0000-4000-8000-0000000000e1";
  await sql`insert into public.challenges (id, title) values (${challenge}, 'canary')`;
  for (const [agent, lanes] of [[1, 2], [2, 2], [3, 2], [4, 2], [5, 1]] as const) {
    const id = `00000000-0000-4000-8000-0000000000f${agent}`;
    await sql`insert into public.agents (id, name, owner_id) values (${id}, 'canary', ${id})`;
    await sql`insert into public.submissions (agent_id, challenge_id, status, final_lane_scores)
      values (${id}, ${challenge}, 'scored', ${sql.json(lanes === 2 ? { many: 50, few: 50 } : { many: 50 })})`;
  }
  await sql`select analytics.refresh_view('mv_lane_score_distribution')`;
  await pause(3_200);
  const answer = await answerOf(`/arena/lane-distributions?challenge_id=${challenge}`, {
    apikey: stack.keys.publishableKey,
  });
  deepEqual(answer.data.map((row) => [row["lane_key"], row["sample_count"]]), [["many", 5]]);
  deepEqual([answer.meta["row_count"], answer.meta["withheld_count"]], [1, 1]);
});

e2e("every member reads the organisation's scenarios, and the secret key alone whom a digest goes to", async () => {
  const { stack } = product;
  for (const role of ["admin", "manager", "trainee", "guest"]) {
    const { data } = await answerOf("/training/scenarios", await asSmall("u1", role));
    deepEqual(
      data.map((row) => [row["org_id"], row["title"], row["category"]]),
      [[SMALL.id, "Cold call", "sales"]],
      role,
    );
  }
  const other = await answerOf(
    "/training/scenarios",
    await asMember(stack, { subject: "u1", org: "first", role: "trainee" }),
  );
  deepEqual(other.data.map((row) => row["org_id"]), [organisations.first.id]);
  const foreign = await answerOf(
    `/training/scenarios?org_id=${SMALL.id}`,
    await asMember(stack, { subject: "u1", org: "first", role: "admin" }),
  );
  equal(foreign.status, 403);

  const path = `/training/recipients?org_id=${SMALL.id}&role=manager`;
  const { data } = await answerOf(path, { apikey: stack.keys.secretKey });
  deepEqual(data.map((row) => [row["user_id"], row["role"], row["is_active"]]), [["boss", "manager", true]]);
  for (
    const headers of [asUser(stack, stack.tokens.admin), await asSmall("root", "admin"), {
      apikey: stack.keys.publishableKey,
    }]
  ) {
    equal((await answerOf(path, headers)).status, 403);
  }
});

e2e(
  "a manager lists their people with figures and attempts, and is refused a person of another manager by name",
  async () => {
    const { sql, stack } = product;
    const { id: org, scenario } = organisations.first;
    const boss = await asMember(stack, { subject: "boss", org: "first", role: "manager" });
    await sql`
    insert into public.scenario_attempts (org_id, user_id, scenario_id, status, started_at, feedback_id) values
      (${org}, 'u1', ${scenario}, 'started', now(), null), (${org}, 'u2', ${scenario}, 'abandoned', now() - interval '1 hour', 'reviews/2'),
      (${org}, 'u5', ${scenario}, 'started', now(), null)`;
    await pause(3_200);

    const figures = await answerOf("/training/people/figures?from=2026-02-01&to=2026-02-28", boss);
    deepEqual(
      figures.data.map((
        row,
      ) => [row["user_id"], row["name"], row["attempts_count"], row["avg_score"], row["overdue_count"]]),
      ["u1", "u2", "u3", "u4"].map((user, place) => [user, `Name of ${user}`, 1, 101 + place, 1]),
    );
    const seen: Row[] = [];
    let query = "/training/people/attempts?limit=5&total=true";
    for (let page = 0; page < 4; page += 1) {
      const { data, meta } = await answerOf(query, boss);
      equal(meta["total_count"], 18);
      seen.push(...data);
      query = `/training/people/attempts?limit=5&total=true&cursor=${meta["next_cursor"]}`;
      equal(meta["next_cursor"] === null, page === 3);
    }
    const starts = seen.map((row) => String(row["started_at"]));
    deepEqual(starts, [...starts].sort().reverse(), "the newest first");
    deepEqual(
      seen.slice(0, 2).map((
        row,
      ) => [row["user_name"], row["status"], row["scenario_title"], row["score"], row["feedback_id"]]),
      [["Name of u1", "started", "canary-first", null, null], [
        "Name of u2",
        "abandoned",
        "canary-first",
        null,
        "reviews/2",
      ]],
    );
    const abandoned = await answerOf("/training/people/attempts?status=abandoned&user_id=u2", boss);
    deepEqual(abandoned.data.map((row) => row["feedback_id"]), ["reviews/2"]);

    const refused = [
      "people/attempts?user_id=u5",
      "people/figures?user_id=u5",
      "tasks?manager_id=moss",
      "teams?org_id=" + SMALL.id,
    ];
    for (const path of refused) equal((await answerOf(`/training/${path}`, boss)).status, 403, path);
    const trainee = await asMember(stack, { subject: "u1", org: "first", role: "trainee" });
    for (const path of ["people/attempts", "people/figures", "tasks", "teams"]) {
      equal((await answerOf(`/training/${path}`, trainee)).status, 403, path);
    }
    deepEqual((await answerOf("/training/people", trainee)).data.map((row) => row["user_id"]), ["u1"]);
    equal((await answerOf("/training/people?org_id=" + SMALL.id, trainee)).status, 403);
    // What is a manager's alone is no operator's either.
    equal((await answerOf("/training/people/attempts", { apikey: stack.keys.secretKey })).status, 403);
  },
);

e2e("a task is one row with its counts: everybody's for an admin, the own people's for a manager", async () => {
  const { stack } = product;
  const admin = await asMember(stack, { subject: "root", org: "first", role: "admin" });
  const boss = await asMember(stack, { subject: "boss", org: "first", role: "manager" });
  const counts = (rows: readonly Row[]) =>
    rows.map((row) =>
      ["manager_id", "title", "assigned_count", "completed_count", "overdue_count", "completion_rate"].map((name) =>
        row[name]
      )
    );
  deepEqual(counts((await answerOf("/training/tasks", admin)).data), [
    [null, "canary-first", 5, 5, 0, 1],
    [null, "canary-first", 5, 0, 5, 0],
    [null, "canary-first", 5, 0, 0, 0],
  ]);
  const own = await answerOf("/training/tasks", boss);
  deepEqual(counts(own.data), [
    ["boss", "canary-first", 4, 4, 0, 1],
    ["boss", "canary-first", 4, 0, 4, 0],
    ["boss", "canary-first", 4, 0, 0, 0],
  ]);
  deepEqual((await answerOf("/training/tasks?manager_id=boss", admin)).data, own.data);
  equal((await answerOf("/training/tasks?status=overdue", boss)).data.length, 1);
});

e2e("two periods are two answers, each kept under its own name, and one the wrong way round is refused", async () => {
  const { stack } = product;
  const admin = await asMember(stack, { subject: "root", org: "first", role: "admin" });
  const tagged = async (query: string) => {
    const response = await product.get(`/training/org-overview?${query}`, admin);
    const { data } = await response.json();
    return {
      tag: response.headers.get("etag"),
      total: data[0].total_attempts,
      scored: data[0].scored_count,
      average: data[0].avg_score,
    };
  };
  const february = await tagged("from=2026-02-01&to=2026-02-28");
  const january = await tagged("from=2026-01-01&to=2026-01-31");
  // u0 to u5 score 100 to 105 in February, u1 to u5 105 to 101 in January.
  deepEqual([february.total, february.scored, february.average], [6, 6, 102.5]);
  deepEqual([january.total, january.scored, january.average], [5, 5, 103]);
  deepEqual(await tagged("from=2026-02-01&to=2026-02-28"), february);
  equal(new Set([february.tag, january.tag, (await tagged("")).tag]).size, 3);
  const { status, ...problem } = await answerOf("/training/org-overview?from=2026-02-28&to=2026-02-01", admin);
  deepEqual([status, Reflect.get(problem, "errors")], [400, [{
    field: "to",
    reason: "must not be before from: exchange the two, or leave one out",
  }]]);
});

e2e("an organisation that is deleted is gone from every answer within three seconds, without a refresh", async () => {
  const { sql, stack } = product;
  const headers = { apikey: stack.keys.secretKey };
  const answeredWith = async () => {
    const found = new Set<string>();
    for (const path of OF_ORGANISATIONS) {
      const { data, status } = await answerOf(path, headers);
      equal(status, 200, path);
      if (data.some((row) => row["org_id"] === SMALL.id)) found.add(path);
    }
    return found;
  };
  ok(OF_ORGANISATIONS.length >= 14, `only ${OF_ORGANISATIONS.length} resources are of organisations`);
  deepEqual([...await answeredWith()].sort(), [...OF_ORGANISATIONS].sort(), "each has rows of it before");
  const [{ versions: before } = {}] =
    await sql`select jsonb_object_agg(view_name, version) as versions from analytics.views`;
  // The views stay as they are: the refresh that the deletion asks for would hide what a read shows.
  await sql`alter table public.orgs disable trigger orgs_ask_for_a_refresh`;
  await sql`delete from public.orgs where id = ${SMALL.id}`;
  await sql`alter table public.orgs enable trigger orgs_ask_for_a_refresh`;
  await pause(3_200);
  deepEqual([...await answeredWith()], []);
  const [{ versions: after } = {}] =
    await sql`select jsonb_object_agg(view_name, version) as versions from analytics.views`;
  const training = (versions: Record<string, number>) =>
    Object.entries(versions).filter(([name]) => /scenario_insights|leaderboard/.test(name));
  deepEqual(training(after), training(before), "a refresh came in between: this proves nothing");
});
