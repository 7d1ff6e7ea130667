import type postgres from "postgres";

/**
 * Makes the arena's rows from the staged tables and the results: `oulad_wanted_challenges`, `_agents` and `_submissions`
 * hold what the arena must hold, whatever it holds now.
 */
export async function mapArena(sql: postgres.TransactionSql): Promise<void> {
  await mapChallenges(sql);
  await mapAgents(sql);
  await mapSubmissions(sql);
}

async function mapChallenges(sql: postgres.TransactionSql): Promise<void> {
  await sql`
    create temporary table oulad_wanted_challenges on commit drop as
    select
        c.code_module,
        c.code_presentation,
        md5('oulad:presentation:' || c.code_module || ':' || c.code_presentation)::uuid as id,
        c.code_module || ' ' || c.code_presentation as title
    from pg_temp.oulad_courses as c`;
}

async function mapAgents(sql: postgres.TransactionSql): Promise<void> {
  await sql`
    create temporary table oulad_wanted_agents on commit drop as
    select r.id_student, md5('oulad:student:' || r.id_student)::uuid as id, 'Student ' || r.id_student as name
    from (select distinct r.id_student from pg_temp.oulad_results as r) as r`;
}

/** At 00:00 UTC of the day, whatever the session's zone. */
async function mapSubmissions(sql: postgres.TransactionSql): Promise<void> {
  await sql`
    create temporary table oulad_wanted_submissions on commit drop as
    select
        md5('oulad:submission:' || r.id_assessment || ':' || r.id_student)::uuid as id,
        a.id as agent_id,
        c.id as challenge_id,
        case when r.score is null then 'submitted' else 'scored' end as status,
        case when r.score is not null then jsonb_build_object(r.assessment_type, r.score) end as final_lane_scores,
        r.score as composite_score,
        r.submitted_on::timestamp at time zone 'UTC' as created_at
    from pg_temp.oulad_results as r
    join pg_temp.oulad_wanted_agents as a on a.id_student = r.id_student
    join pg_temp.oulad_wanted_challenges as c
        on c.code_module = r.code_module and c.code_presentation = r.code_presentation`;
}
