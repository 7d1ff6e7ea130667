import fc from "fast-check";
import type postgres from "postgres";

/** A statement that writes to public.scenario_attempts, or to what its facts rest on. */
export interface Statement {
  readonly text: string;
  readonly values: (string | number | null)[];
}

export const orgIds = [1, 2].map((n) => `00000000-0000-0000-0000-0000000fac0${n}`);
const userIds = ["fact-u", "fact-v"];
const statuses = ["started", "completed", "completed", "abandoned"];

/** Around the ends of months, in a month that is made while the test runs, and in one that never is. */
const moments = [
  "2026-10-31T23:59:59.999Z",
  "2026-11-01T00:00:00+00:00",
  "2026-11-30T23:59:59.999-00:30",
  "2026-12-01T13:59:59.999+14:00",
  "2013-02-28T23:59:59.999Z",
  "3013-03-01T00:00:00Z",
];

function scenarioId(org: number, n: number): string {
  return `00000000-0000-0000-0000-0000fac5${org}00${n}`;
}
function attemptIds(numbers: readonly number[]): string {
  return `{${numbers.map((n) => `00000000-0000-0000-0000-00000fac7${String(n).padStart(3, "0")}`).join(",")}}`;
}

const numbers = fc.oneof(
  fc.nat({ max: 9 }).map((n) => [n]),
  fc.nat({ max: 2 }).map((rest) => [...Array(10).keys()].filter((n) => n % 3 === rest)),
);
const moment = fc.constantFrom(...moments);
const status = fc.constantFrom(...statuses);
const score = fc.option(fc.nat({ max: 1000 }).map((tenths) => tenths / 10));

const row = fc.record({
  n: fc.nat({ max: 9 }),
  org: fc.nat({ max: 1 }),
  user: fc.nat({ max: 1 }),
  status,
  score,
  moment,
})
  .map(({ n, org, user, moment, ...rest }) => ({
    ...rest,
    id: attemptIds([n]).slice(1, -1),
    org_id: orgIds[org],
    user_id: userIds[user],
    scenario_id: n % 4 === 0 ? null : scenarioId(org, n % 2),
    talk_ms: n,
    started_at: moment,
  }));
const rows = fc.uniqueArray(row, { minLength: 1, maxLength: 6, selector: ({ id }) => id });

function insert(conflict: string): (planted: unknown[]) => Statement {
  return (planted) => ({
    text: `
      insert into public.scenario_attempts (id, org_id, user_id, scenario_id, status, score, talk_ms, started_at)
      select r.id, r.org_id, r.user_id, s.id, r.status, r.score, r.talk_ms, r.started_at
      from jsonb_to_recordset($1::text::jsonb) as r (
        id uuid, org_id uuid, user_id text, scenario_id uuid, status text, score numeric, talk_ms integer, started_at timestamptz
      )
      left join public.scenarios as s on s.id = r.scenario_id
      on conflict (id) do ${conflict}`,
    values: [JSON.stringify(planted)],
  });
}

function update(assignment: string): (change: [string | number | null, readonly number[]]) => Statement {
  return ([value, which]) => ({
    text: `update public.scenario_attempts set ${assignment} where id = any ($2::text::uuid[])`,
    values: [value, attemptIds(which)],
  });
}

/** Statements of every kind that moves, changes, makes or unmakes a fact, over ten attempts of two organisations. */
export const statement: fc.Arbitrary<Statement> = fc.oneof(
  { weight: 5, arbitrary: rows.map(insert("nothing")) },
  {
    weight: 2,
    arbitrary: rows.map(
      insert("update set status = excluded.status, score = excluded.score, user_id = excluded.user_id"),
    ),
  },
  { weight: 5, arbitrary: fc.tuple(status, numbers).map(update("status = $1")) },
  { weight: 3, arbitrary: fc.tuple(score, numbers).map(update("score = $1")) },
  { weight: 4, arbitrary: fc.tuple(moment, numbers).map(update("started_at = $1")) },
  { weight: 1, arbitrary: fc.tuple(moment, numbers).map(update("started_at = $1, status = 'completed'")) },
  { weight: 2, arbitrary: fc.tuple(moment, numbers).map(update("ended_at = $1")) },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.nat({ max: 1 }), numbers).map(update(
      "scenario_id = (select s.id from public.scenarios as s where s.org_id = scenario_attempts.org_id order by s.id offset $1::integer limit 1)",
    )),
  },
  {
    weight: 2,
    arbitrary: numbers.map((which) => ({
      text: "delete from public.scenario_attempts where id = any ($1::text::uuid[])",
      values: [attemptIds(which)],
    })),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.nat({ max: 1 }), fc.nat({ max: 1 })).map(([org, n]) => ({
      text: "delete from public.scenarios where id = $1",
      values: [scenarioId(org, n)],
    })),
  },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 1, max: 12 }).map((size) => ({
      text: "select analytics.backfill_scenario_attempts($1::integer)",
      values: [size],
    })),
  },
  {
    weight: 1,
    arbitrary: fc.constant<Statement>({
      text: "select analytics.make_fact_partitions('2013-02-01', '2013-02-28')",
      values: [],
    }),
  },
);

/** Two organisations with the same two users, two scenarios each, and no attempt. */
export async function plantOrgs(sql: postgres.Sql): Promise<void> {
  await removeOrgs(sql);
  await sql`insert into public.orgs ${sql(orgIds.map((id) => ({ id, name: id })))}`;
  await sql`insert into public.users ${sql(userIds.map((id) => ({ id })))}`;
  await sql`insert into public.org_members ${
    sql(orgIds.flatMap((org_id) => userIds.map((user_id) => ({ org_id, user_id }))))
  }`;
  await sql`insert into public.scenarios ${
    sql(orgIds.flatMap((org_id, org) => [0, 1].map((n) => ({ id: scenarioId(org, n), org_id, title: "S" }))))
  }`;
}

export async function removeOrgs(sql: postgres.Sql): Promise<void> {
  await sql`delete from public.orgs where id in ${sql(orgIds)}`;
  await sql`delete from public.users where id in ${sql(userIds)}`;
  await sql`drop table if exists analytics.fact_scenario_attempts_y2013m02`;
  await sql`delete from analytics.backfills`;
}
