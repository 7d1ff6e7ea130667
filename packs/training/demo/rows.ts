import type postgres from "postgres";
import { BUSY_PRESENTATION, BUSY_STUDENTS } from "../../../samples/oulad/import/busy_agents.ts";
import { orgId, userId } from "../../../samples/oulad/import/ids.ts";

/** The users of the training pack's demo tokens. Only the trainee exists in the dataset. */
export const demoTrainingUsers = {
  org_admin: "demo-org-admin",
  manager: "demo-manager",
  trainee: userId(BUSY_STUDENTS.member),
} as const;

/** The trainee's organisation, which is a module of the dataset. */
export const demoTrainingOrg = orgId(BUSY_PRESENTATION.code_module);

/**
 * Adds rows that a dashboard needs and the dataset lacks: an administrator and a manager of one module, a team of
 * twelve real students, their assignments, and what happened in calls. They are made up, and their names say so. Can be run again.
 */
export async function plantDemoTraining(sql: postgres.Sql): Promise<void> {
  await sql.begin(async (transaction) => {
    await plantStaff(transaction);
    await plantTeam(transaction);
    await plantAssignments(transaction);
    await plantFeedback(transaction);
    await plantCalls(transaction);
  });
}

async function plantStaff(sql: postgres.TransactionSql): Promise<void> {
  const { org_admin, manager } = demoTrainingUsers;
  await sql`
    insert into public.users (id, name, email)
    values
      (${org_admin}, 'Demo administrator (made up)', null),
      (${manager}, 'Demo manager (made up)', 'demo-manager@example.com')
    on conflict (id) do nothing`;
  await sql`
    insert into public.org_members (org_id, user_id, role)
    values (${demoTrainingOrg}, ${org_admin}, 'admin'), (${demoTrainingOrg}, ${manager}, 'manager')
    on conflict (org_id, user_id) do nothing`;
  await sql`
    insert into public.teams (org_id, manager_id, name)
    values (${demoTrainingOrg}, ${manager}, 'Demo team (made up)')
    on conflict (org_id, manager_id) do nothing`;
}

/** A team of the trainee and the students of the same presentation with the most attempts. */
async function plantTeam(sql: postgres.TransactionSql): Promise<void> {
  await sql`
    update public.org_members as m
    set manager_id = ${demoTrainingUsers.manager}
    from (
        select a.user_id
        from public.scenario_attempts as a
        join public.scenarios as s on s.org_id = a.org_id and s.id = a.scenario_id
        where s.org_id = ${demoTrainingOrg} and s.title like ${presentation()}
        group by a.user_id
        order by (a.user_id = ${demoTrainingUsers.trainee}) desc, count(*) desc, a.user_id
        limit 12
    ) as p
    where m.org_id = ${demoTrainingOrg} and m.user_id = p.user_id`;
}

/**
 * Assigns every scenario of the presentation before its first day, and one of a later presentation, due in two weeks.
 */
async function plantAssignments(sql: postgres.TransactionSql): Promise<void> {
  await sql`
    insert into public.assignments (id, org_id, scenario_id, assignee_id, due_on, is_required, assigned_at)
    select
        md5('demo:assignment:' || w.scenario_id || ':' || m.user_id)::uuid,
        m.org_id,
        w.scenario_id,
        m.user_id,
        w.due_on,
        w.is_required,
        w.assigned_at
    from public.org_members as m
    cross join (
        -- Due on the day by which half of those who did it had: the dataset's own due dates are not imported.
        select
            s.id as scenario_id,
            percentile_disc(0.5) within group (order by (a.ended_at at time zone 'UTC')::date) as due_on,
            s.category <> 'CMA' as is_required,
            '2013-01-01 00:00+00'::timestamptz as assigned_at
        from public.scenarios as s
        join public.scenario_attempts as a on a.org_id = s.org_id and a.scenario_id = s.id
        where s.org_id = ${demoTrainingOrg} and s.title like ${presentation()}
        group by s.id
        union all
        (
            select s.id, (now() at time zone 'UTC')::date + 14, false, now()
            from public.scenarios as s
            where s.org_id = ${demoTrainingOrg}
            order by s.title desc
            limit 1
        )
    ) as w
    where m.org_id = ${demoTrainingOrg} and m.manager_id = ${demoTrainingUsers.manager}
    on conflict (id) do nothing`;
}

/** Made-up feedback ids for the team's attempts: there is no feedback to open. */
async function plantFeedback(sql: postgres.TransactionSql): Promise<void> {
  await sql`
    update public.scenario_attempts as a
    set feedback_id = 'made-up/' || a.id
    from public.org_members as m
    where m.org_id = ${demoTrainingOrg} and m.manager_id = ${demoTrainingUsers.manager}
        and a.org_id = m.org_id and a.user_id = m.user_id and a.feedback_id is null`;
}

/**
 * Made-up events of the team's attempts, and of all of the organisation's last 90 days with attempts: who scores less
 * has more filler words and asks fewer questions, and most happens early in a call.
 */
async function plantCalls(sql: postgres.TransactionSql): Promise<void> {
  await sql`
    insert into analytics.fact_kpi_events
        (id, attempt_id, org_id, user_id, scenario_id, event_type, timestamp_ms, created_at)
    select
        md5('demo:call:' || a.id || ':' || e.event_type || ':' || n)::uuid, a.id, a.org_id, a.user_id, a.scenario_id,
        e.event_type, floor(900000 * power(c.chance % 1000 / 1000.0, 1.6))::integer, a.ended_at
    from public.scenario_attempts as a
    join public.org_members as m on m.org_id = a.org_id and m.user_id = a.user_id
    cross join lateral (select ('x' || left(md5(a.id::text), 6))::bit(24)::integer as luck) as l
    cross join lateral (
        values
            ('filler_word', (105 - a.score) / 12 + l.luck % 2),
            ('question_asked', a.score / 50 + l.luck % 2),
            ('interruption', (l.luck % 5) / 3),
            ('objection_raised', (l.luck % 7) / 4),
            ('keyword_mentioned', a.score / 90),
            ('long_pause', (l.luck % 11) / 7)
    ) as e (event_type, events_count)
    cross join lateral generate_series(1, floor(e.events_count)::integer) as n
    cross join lateral (
        select ('x' || left(md5(a.id || e.event_type || n), 6))::bit(24)::integer as chance
    ) as c
    where a.org_id = ${demoTrainingOrg} and a.status = 'completed' and a.score is not null
        and (
            m.manager_id = ${demoTrainingUsers.manager}
            or a.ended_at > (
                select max(b.ended_at) - interval '90 days'
                from public.scenario_attempts as b
                where b.org_id = ${demoTrainingOrg} and b.status = 'completed'
            )
        )
    on conflict (id) do nothing`;
}

function presentation(): string {
  return `${BUSY_PRESENTATION.code_module} ${BUSY_PRESENTATION.code_presentation},%`;
}
