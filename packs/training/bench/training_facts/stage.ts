import postgres from "postgres";
import { switchJobsOff } from "../../../../stack/jobs_off.ts";
import { makeTestDatabase } from "../../../../tools/test/test_database.ts";
import { insertAttempts, plantPeople } from "../planted_attempts.ts";

/** A database of its own with a number of facts, and the steps to measure on it; each returns its milliseconds. */
export interface Stage {
  readonly rows: number;
  /** Milliseconds of the insert of the attempts, including their facts. Measured once. */
  readonly insert: number;
  /** Milliseconds of the first refreshes of the overview's views. Measured once. */
  readonly refresh: number;
  /** One organisation's overview, as the API reads it. */
  read(): Promise<number>;
  /** The same figures, computed from the organisation's facts. */
  addUp(): Promise<number>;
  roundTrip(): Promise<number>;
  /** The plans of the statements behind `read` and `addUp`, with their actual rows and times. */
  plans(): Promise<{ readonly title: string; readonly plan: string }[]>;
  stop(): Promise<void>;
}

const ORGS = 10;
/** Lines of a plan that are shown: the plan over the facts has a part for each partition. */
const LINES = 40;
const VIEWS = ["mv_org_activity_day", "mv_user_activity_day"];

export async function makeStage(rows: number): Promise<Stage> {
  const database = await makeTestDatabase("installed");
  const superuser = postgres(database.superuserUrl, { max: 1, onnotice: () => {} });
  const sql = postgres(database.url, { max: 1, onnotice: () => {} });
  // Otherwise a job could run in the middle of a measurement.
  await switchJobsOff(superuser);
  await sql`set statement_timeout = 0`;
  await plantPeople(sql, ORGS);
  const insert = await timed(() => insertAttempts(sql, { rows, orgs: ORGS }));
  await superuser`vacuum analyze public.scenario_attempts, analytics.fact_scenario_attempts`;
  const refresh = await timed(async () => {
    for (const view of VIEWS) await sql`select analytics.refresh_view(${view})`;
  });
  const [first] =
    await sql`select o.id, (now() at time zone 'UTC')::date::text as today from public.orgs as o order by o.id limit 1`;
  const asked = { params: {}, today: String(first?.today), org: String(first?.id), people: null };

  const read = (connection: postgres.Sql) =>
    connection`select * from freshet.reading_training_org_overview(${connection.json(asked)})`;
  const addUp = (connection: postgres.Sql) =>
    connection`
      select count(distinct f.user_id), count(*), round(avg(f.score), 3), max(f.ended_at),
          count(*) filter (where f.ended_at > ${asked.today}::date - 7),
          count(*) filter (where f.ended_at > ${asked.today}::date - 30)
      from analytics.fact_scenario_attempts as f
      where f.org_id = ${asked.org} and f.ended_at is not null`;

  return {
    rows,
    insert,
    refresh,
    read: () => timed(() => read(sql)),
    addUp: () => timed(() => addUp(sql)),
    roundTrip: () => timed(() => sql`select 1`),
    plans: async () => [
      { title: "One organisation's overview", plan: await planOf(database.superuserUrl, read) },
      { title: "The same from the facts", plan: await planOf(database.superuserUrl, addUp) },
    ],
    async stop() {
      await Promise.all([sql.end({ timeout: 5 }), superuser.end({ timeout: 5 })]);
      await database.stop();
    },
  };
}

/** The plan from auto_explain, which also shows the statements inside functions; EXPLAIN does not. */
async function planOf(url: string, ask: (connection: postgres.Sql) => PromiseLike<unknown>): Promise<string> {
  const heard: string[] = [];
  const connection = postgres(url, { max: 1, onnotice: ({ message }) => void heard.push(message ?? "") });
  try {
    await connection`load 'auto_explain'`;
    await connection.unsafe(`
      set auto_explain.log_min_duration = 0; set auto_explain.log_analyze = on; set auto_explain.log_timing = off;
      set auto_explain.log_nested_statements = on; set client_min_messages = log`);
    await ask(connection); // fills the caches of the session
    heard.length = 0;
    await ask(connection);
    const plan = heard.filter((text) => text.includes("fact_scenario_attempts") || text.includes("org_overviews"))
      .map((text) => text.slice(text.search(/^\S.*\(cost=/m))).join("\n");
    const lines = plan.split("\n");
    return lines.length > LINES ? [...lines.slice(0, LINES), "… and so on, month by month"].join("\n") : plan;
  } finally {
    await connection.end({ timeout: 5 });
  }
}

async function timed(step: () => PromiseLike<unknown>): Promise<number> {
  const began = performance.now();
  await step();
  return performance.now() - began;
}
