import type { Writable } from "node:stream";
import type postgres from "postgres";
import { copyLines } from "./copy_lines.ts";
import { readTable } from "./read_table.ts";
import { OULAD_TABLES, type OuladTable, type TableFile, type TableFiles } from "./table_files.ts";

const PROGRESS_STEP = 0.25;

const COLUMNS: Readonly<Record<OuladTable, readonly string[]>> = {
  courses: ["code_module", "code_presentation", "module_presentation_length"],
  assessments: ["code_module", "code_presentation", "id_assessment", "assessment_type", "date", "weight"],
  studentAssessment: ["id_assessment", "id_student", "date_submitted", "is_banked", "score"],
};

/**
 * Copies the three files as they are, as text, into temporary tables. Their column `line` is the line of the file, so that
 * what is wrong with a value can be said with its place.
 */
export async function stageTables(
  sql: postgres.TransactionSql,
  files: TableFiles,
  report: (line: string) => void,
): Promise<void> {
  await createStagingTables(sql);
  for (const table of OULAD_TABLES) {
    const lines = readTable(files[table], {
      columns: COLUMNS[table],
      onProgress: inSteps(files[table], report),
    });
    await copyLines(sql, await openCopy(sql, table), lines);
  }
  await sql`analyze pg_temp.oulad_courses, pg_temp.oulad_assessments, pg_temp.oulad_student_assessment`;
}

async function createStagingTables(sql: postgres.TransactionSql): Promise<void> {
  await sql`
    create temporary table oulad_courses (
        line bigint, code_module text, code_presentation text, module_presentation_length text
    ) on commit drop`;
  await sql`
    create temporary table oulad_assessments (
        line bigint, code_module text, code_presentation text, id_assessment text, assessment_type text,
        date text, weight text
    ) on commit drop`;
  await sql`
    create temporary table oulad_student_assessment (
        line bigint, id_assessment text, id_student text, date_submitted text, is_banked text, score text
    ) on commit drop`;
}

function openCopy(sql: postgres.TransactionSql, table: OuladTable): Promise<Writable> {
  switch (table) {
    case "courses":
      return sql`copy pg_temp.oulad_courses from stdin with (encoding 'UTF8')`.writable();
    case "assessments":
      return sql`copy pg_temp.oulad_assessments from stdin with (encoding 'UTF8')`.writable();
    case "studentAssessment":
      return sql`copy pg_temp.oulad_student_assessment from stdin with (encoding 'UTF8')`.writable();
  }
}

function inSteps(file: TableFile, report: (line: string) => void): (share: number) => void {
  let announced = 0;
  return (share) => {
    if (share < announced + PROGRESS_STEP && share < 1) return;
    announced = share;
    report(`Reading ${file.path}: ${Math.round(share * 100)} %`);
  };
}
