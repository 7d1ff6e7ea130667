import type postgres from "postgres";
import { z } from "zod";
import { OuladError, RESTORE_THE_FILE } from "./oulad_error.ts";
import type { TableFile, TableFiles } from "./table_files.ts";

const Faults = z.array(z.strictObject({
  line: z.coerce.number(),
  field: z.string(),
  value: z.string(),
  wanted: z.string(),
}));

/** Throws OuladError for the first line whose values cannot be mapped. Expects the staged tables. */
export async function checkTables(sql: postgres.TransactionSql, files: TableFiles): Promise<void> {
  refuse(files.courses, await faultOfCourses(sql));
  refuse(files.assessments, await faultOfAssessments(sql));
  refuse(files.studentAssessment, await faultOfStudentAssessment(sql));
}

function refuse(file: TableFile, rows: unknown): void {
  const [fault] = Faults.parse(rows);
  if (!fault) return;
  const value = fault.value === "" ? "empty" : `"${fault.value}"`;
  throw new OuladError(
    `Cannot import "${file.path}", line ${fault.line}: ${fault.field} is ${value}, not ${fault.wanted}`,
    RESTORE_THE_FILE,
  );
}

function faultOfCourses(sql: postgres.TransactionSql): Promise<unknown> {
  return sql`
    select c.line, f.field, f.value, f.wanted
    from pg_temp.oulad_courses as c
    cross join lateral (values
        ('code_module', c.code_module, c.code_module <> '', 'the code of a module'),
        ('code_presentation', c.code_presentation, c.code_presentation ~ '^[0-9]{4}[BJ]$', 'a year with B or J, as 2013J'),
        ('code_presentation', c.code_presentation, not exists (
            select
            from pg_temp.oulad_courses as e
            where e.code_module = c.code_module and e.code_presentation = c.code_presentation and e.line < c.line
        ), 'the only line of that presentation')
    ) as f (field, value, is_right, wanted)
    where f.is_right is not true
    order by c.line
    limit 1`;
}

function faultOfAssessments(sql: postgres.TransactionSql): Promise<unknown> {
  return sql`
    select a.line, f.field, f.value, f.wanted
    from pg_temp.oulad_assessments as a
    cross join lateral (values
        ('id_assessment', a.id_assessment, a.id_assessment ~ '^[1-9][0-9]*$', 'a whole number'),
        ('assessment_type', a.assessment_type, a.assessment_type <> '', 'the type of an assessment'),
        ('code_presentation', a.code_presentation, exists (
            select
            from pg_temp.oulad_courses as c
            where c.code_module = a.code_module and c.code_presentation = a.code_presentation
        ), 'a presentation of that module in the courses'),
        ('id_assessment', a.id_assessment, not exists (
            select
            from pg_temp.oulad_assessments as e
            where e.id_assessment = a.id_assessment and e.line < a.line
        ), 'the only line of that assessment')
    ) as f (field, value, is_right, wanted)
    where f.is_right is not true
    order by a.line
    limit 1`;
}

/** Joins, not subqueries for each line, and words for the bad ones only: this table is a thousand times longer. */
function faultOfStudentAssessment(sql: postgres.TransactionSql): Promise<unknown> {
  return sql`
    with submissions as (
        select
            s.line, s.id_assessment, s.id_student, s.date_submitted, s.score,
            a.id_assessment is not null as has_assessment,
            s.id_student ~ '^[1-9][0-9]*$' as has_student,
            row_number() over (partition by s.id_assessment, s.id_student order by s.line) = 1 as is_first,
            s.date_submitted ~ '^-?[0-9]{1,4}$' as has_day,
            s.score ~ '^([0-9]{1,2}([.][0-9]+)?|100([.]0+)?)?$' as has_score
        from pg_temp.oulad_student_assessment as s
        left join pg_temp.oulad_assessments as a on a.id_assessment = s.id_assessment
    )
    select s.line, f.field, f.value, f.wanted
    from submissions as s
    cross join lateral (values
        ('id_assessment', s.id_assessment, s.has_assessment, 'an assessment of the assessments'),
        ('id_student', s.id_student, s.has_student, 'a whole number'),
        ('id_student', s.id_student, s.is_first, 'the only line of that student for assessment ' || s.id_assessment),
        ('date_submitted', s.date_submitted, s.has_day, 'a number of days'),
        ('score', s.score, s.has_score, 'a number from 0 to 100, or nothing')
    ) as f (field, value, is_right, wanted)
    where (s.has_assessment and s.has_student and s.is_first and s.has_day and s.has_score) is not true
        and f.is_right is not true
    order by s.line
    limit 1`;
}
