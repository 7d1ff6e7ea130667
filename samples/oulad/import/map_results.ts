import type postgres from "postgres";

/**
 * Makes `oulad_results` from the staged tables: one row per submission, with numbers and days instead of text, for both
 * packs. Day 0 is the first day of February (B) or October (J) of the presentation's year. Expects checked values.
 */
export async function mapResults(sql: postgres.TransactionSql): Promise<void> {
  await sql`
    create temporary table oulad_results on commit drop as
    select
        s.id_assessment,
        s.id_student,
        a.code_module,
        a.code_presentation,
        a.assessment_type,
        nullif(s.score, '')::numeric as score,
        make_date(
            left(a.code_presentation, 4)::integer,
            case right(a.code_presentation, 1) when 'B' then 2 when 'J' then 10 end,
            1
        ) + s.date_submitted::integer as submitted_on
    from pg_temp.oulad_student_assessment as s
    join pg_temp.oulad_assessments as a on a.id_assessment = s.id_assessment`;
  await sql`analyze pg_temp.oulad_results`;
}
