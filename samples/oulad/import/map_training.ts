import type postgres from "postgres";

/**
 * Makes the training pack's rows from the staged tables and the results: `oulad_wanted_orgs`, `_users`, `_members`,
 * `_scenarios` and `_attempts` hold what the pack must hold, whatever it holds now. What the dataset does not say (e-mail
 * addresses, managers, assignments, difficulty, how long an attempt took and who spoke) is in none of them.
 */
export async function mapTraining(sql: postgres.TransactionSql): Promise<void> {
  await mapOrgs(sql);
  await mapMembers(sql);
  await mapUsers(sql);
  await mapScenarios(sql);
  await mapAttempts(sql);
}

async function mapOrgs(sql: postgres.TransactionSql): Promise<void> {
  await sql`
    create temporary table oulad_wanted_orgs on commit drop as
    select distinct md5('oulad:module:' || c.code_module)::uuid as id, c.code_module as name
    from pg_temp.oulad_courses as c`;
}

/** Who submitted something in a module was in it, from that day on at the latest. */
async function mapMembers(sql: postgres.TransactionSql): Promise<void> {
  await sql`
    create temporary table oulad_wanted_members on commit drop as
    select
        md5('oulad:module:' || r.code_module)::uuid as org_id,
        'oulad-' || r.id_student as user_id,
        'Student ' || r.id_student as name,
        min(r.submitted_on)::timestamp at time zone 'UTC' as joined_at
    from pg_temp.oulad_results as r
    group by r.code_module, r.id_student`;
}

async function mapUsers(sql: postgres.TransactionSql): Promise<void> {
  await sql`
    create temporary table oulad_wanted_users on commit drop as
    select distinct m.user_id as id, m.name from pg_temp.oulad_wanted_members as m`;
}

async function mapScenarios(sql: postgres.TransactionSql): Promise<void> {
  await sql`
    create temporary table oulad_wanted_scenarios on commit drop as
    select
        a.id_assessment,
        md5('oulad:assessment:' || a.id_assessment)::uuid as id,
        md5('oulad:module:' || a.code_module)::uuid as org_id,
        a.code_module || ' ' || a.code_presentation || ', ' || a.assessment_type || ' ' || a.id_assessment as title,
        a.assessment_type as category
    from pg_temp.oulad_assessments as a`;
}

/** A submission is an attempt that was completed, at 00:00 UTC of its day, whatever the session's zone. */
async function mapAttempts(sql: postgres.TransactionSql): Promise<void> {
  await sql`
    create temporary table oulad_wanted_attempts on commit drop as
    select
        md5('oulad:attempt:' || r.id_assessment || ':' || r.id_student)::uuid as id,
        s.org_id,
        'oulad-' || r.id_student as user_id,
        s.id as scenario_id,
        r.score,
        r.submitted_on::timestamp at time zone 'UTC' as submitted_at
    from pg_temp.oulad_results as r
    join pg_temp.oulad_wanted_scenarios as s on s.id_assessment = r.id_assessment`;
}
