import type postgres from "postgres";
import { issuerOf } from "../../stack/function_environment.ts";
import type { Stack } from "../../stack/stack.ts";
import { mintToken } from "../../stack/tokens.ts";
import { refreshAll } from "./arena_fixture.ts";

/** Two organisations with the same people. Every score of the first is below 200, every one of the second above 500. */
export const organisations = {
  first: { id: "00000000-0000-4000-8000-0000000000a1", scenario: "00000000-0000-4000-8000-0000000000a2", base: 100 },
  second: { id: "00000000-0000-4000-8000-0000000000b1", scenario: "00000000-0000-4000-8000-0000000000b2", base: 500 },
} as const;
export type Organisation = keyof typeof organisations;
const ORGANISATIONS = Object.entries(organisations);

export const trainees = ["u1", "u2", "u3", "u4", "u5"] as const;

/** Whom each manager sees. In the first organisation u4 is moss's, with a dotted line to boss; u0 was boss's and has left. */
export const people: Readonly<Record<Organisation, Readonly<Record<string, readonly string[]>>>> = {
  first: { boss: ["u1", "u2", "u3", "u4"], moss: ["u4", "u5"] },
  second: { boss: ["u3", "u4", "u5"], moss: ["u1", "u2"] },
};

/**
 * In each organisation, with its base b: trainee n scores b + 6 - n in January 2026, b + n in February, and b + n again one
 * day ago and ten days ago, in its one scenario; each of these attempts has n questions, one a minute. So does u0, as
 * number 0, in February, without a question. Each trainee has three assignments: one that January's attempt completed,
 * one that is due in three days, and one that was due yesterday; both are open, for they were given today.
 */
export async function plantTraining(sql: postgres.Sql): Promise<void> {
  await sql`insert into public.users (id, name) select u, 'Name of ' || u from unnest(${[
    "root",
    "boss",
    "moss",
    "u0",
    ...trainees,
  ]}::text[]) as u`;
  for (const [name, { id, scenario, base }] of ORGANISATIONS) {
    await sql`insert into public.orgs (id, name) values (${id}, ${`canary-${name}`})`;
    await sql`insert into public.org_members (org_id, user_id, role) values
      (${id}, 'root', 'admin'), (${id}, 'boss', 'manager'), (${id}, 'moss', 'manager')`;
    await sql`insert into public.teams (org_id, manager_id, name) values
      (${id}, 'boss', ${`canary-${name} boss`}), (${id}, 'moss', ${`canary-${name} moss`})`;
    await sql`insert into public.scenarios (id, org_id, title) values (${scenario}, ${id}, ${`canary-${name}`})`;
    const seen = people[name as Organisation];
    for (const trainee of trainees) {
      const manager = seen["moss"]?.includes(trainee) ? "moss" : "boss";
      await plantTrainee(sql, { org: id, scenario, base, manager, number: Number(trainee.slice(1)) });
      await sql`insert into public.assignments (org_id, scenario_id, assignee_id, due_on, is_required, assigned_at) values
        (${id}, ${scenario}, ${trainee}, '2026-02-28', true, '2026-01-01 00:00+00'),
        (${id}, ${scenario}, ${trainee}, (now() at time zone 'UTC')::date + 3, false, now()),
        (${id}, ${scenario}, ${trainee}, (now() at time zone 'UTC')::date - 1, true, now())`;
    }
    await plantTrainee(sql, { org: id, scenario, base, manager: "boss", number: 0 });
  }
  await sql`update public.org_members set left_at = now() - interval '1 day' where user_id = 'u0'`;
  await sql`insert into public.dotted_lines (org_id, user_id, manager_id) values (${organisations.first.id}, 'u4', 'boss')`;
  await refreshAll(sql);
}

interface Trainee {
  readonly org: string;
  readonly scenario: string;
  readonly base: number;
  readonly manager: string;
  readonly number: number;
}

async function plantTrainee(sql: postgres.Sql, { org, scenario, base, manager, number }: Trainee): Promise<void> {
  await sql`insert into public.org_members (org_id, user_id, manager_id) values (${org}, ${`u${number}`}, ${manager})`;
  await sql`
    with planned as (
      select gen_random_uuid() as id, p.score, p.day + time '10:00' at time zone 'UTC' as started_at
      from (values
        (${base + 6 - number}::integer, date '2026-01-15'), (${base + number}, '2026-02-15'),
        (${base + number}, (now() at time zone 'UTC')::date - 1), (${
    base + number
  }, (now() at time zone 'UTC')::date - 10)
      ) as p (score, day)
      where ${number} > 0 or p.day = '2026-02-15'
    ),
    made as (
      insert into public.scenario_attempts (id, org_id, user_id, scenario_id, status, score, duration_seconds, started_at, ended_at)
      select p.id, ${org}, ${`u${number}`}, ${scenario}, 'completed', p.score, 60, p.started_at, p.started_at + interval '1 hour'
      from planned as p
      returning id
    )
    insert into analytics.fact_kpi_events (attempt_id, org_id, user_id, event_type, timestamp_ms)
    select m.id, ${org}, ${`u${number}`}, 'question_asked', 60000 * minute
    from made as m cross join generate_series(1, ${number}::integer) as minute`;
}

export interface Member {
  readonly subject: string;
  readonly org: Organisation;
  readonly role: string;
}

/** The headers of a member, as the project's auth would issue the token. */
export async function asMember(stack: Stack, { subject, org, role }: Member): Promise<Record<string, string>> {
  const token = await mintToken({
    jwtSecret: stack.keys.jwtSecret,
    issuer: issuerOf(stack.origin),
    subject,
    claims: { org_id: organisations[org].id, org_role: role },
  });
  return { apikey: stack.keys.publishableKey, authorization: `Bearer ${token}` };
}
