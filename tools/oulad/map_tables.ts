import type postgres from "postgres";

/**
 * Makes the arena's rows from the staged tables: `oulad_wanted_challenges`, `_agents` and `_submissions` hold what the arena
 * must hold, whatever it holds now. Expects checked values.
 */
export async function mapTables(sql: postgres.TransactionSql): Promise<void> {
  await mapChallenges(sql);
  await mapAgents(sql);
  await mapSubmissions(sql);
}

async function mapChallenges(sql: postgres.TransactionSql): Promise<void> {
  await sql`
    create temporary table oulad_wanted_challenges on commit drop as
    select
        md5('oulad:presentation:' || c.code_module || ':' || c.code_presentation)::uuid as id,
        c.code_module || ' ' || c.code_presentation as title
    from pg_temp.oulad_courses as c`;
}

async function mapAgents(sql: postgres.TransactionSql): Promise<void> {
  await sql`
    create temporary table oulad_wanted_agents on commit drop as
    select distinct
        md5('oulad:student:' || s.id_student)::uuid as id,
        'Student ' || s.id_student as name
    from pg_temp.oulad_student_assessment as s`;
}

/** Day 0 is the first day of February (B) or October (J) of the presentation's year, at 00:00 UTC whatever the session's zone. */
async function mapSubmissions(sql: postgres.TransactionSql): Promise<void> {
  await sql`
    create temporary table oulad_wanted_submissions on commit drop as
    with submissions as (
        select
            s.id_assessment,
            s.id_student,
            a.code_module,
            a.code_presentation,
            a.assessment_type,
            s.date_submitted::integer as day,
            nullif(s.score, '')::numeric as score,
            make_date(
                left(a.code_presentation, 4)::integer,
                case right(a.code_presentation, 1) when 'B' then 2 when 'J' then 10 end,
                1
            ) as starts_on
        from pg_temp.oulad_student_assessment as s
        join pg_temp.oulad_assessments as a on a.id_assessment = s.id_assessment
    )
    select
        md5('oulad:submission:' || s.id_assessment || ':' || s.id_student)::uuid as id,
        md5('oulad:student:' || s.id_student)::uuid as agent_id,
        md5('oulad:presentation:' || s.code_module || ':' || s.code_presentation)::uuid as challenge_id,
        case when s.score is null then 'submitted' else 'scored' end as status,
        case when s.score is not null then jsonb_build_object(s.assessment_type, s.score) end as final_lane_scores,
        s.score as composite_score,
        (s.starts_on + s.day)::timestamp at time zone 'UTC' as created_at
    from submissions as s`;
}
