import type { Writable } from "node:stream";
import postgres from "postgres";
import { OuladError, RESTORE_THE_FILE } from "./oulad_error.ts";
import { OULAD_TABLES, type OuladTable, pourTableFile, type TableFile, type TableFiles } from "./table_files.ts";

const PROGRESS_STEP = 0.25;

/**
 * Copies the three files as they are, as text, into temporary tables: Postgres is the CSV reader. Column `line` is the line
 * of the file, so that what is wrong with a value can be said with its place.
 */
export async function stageTables(
  sql: postgres.TransactionSql,
  files: TableFiles,
  report: (line: string) => void,
): Promise<void> {
  await createStagingTables(sql);
  for (const table of OULAD_TABLES) {
    await copyFile(files[table], await openCopy(sql, table), report);
  }
  await sql`analyze pg_temp.oulad_courses, pg_temp.oulad_assessments, pg_temp.oulad_student_assessment`;
}

async function createStagingTables(sql: postgres.TransactionSql): Promise<void> {
  await sql`
    create temporary table oulad_courses (
        code_module text, code_presentation text, module_presentation_length text,
        line bigint generated always as identity (start with 2)
    ) on commit drop`;
  await sql`
    create temporary table oulad_assessments (
        code_module text, code_presentation text, id_assessment text, assessment_type text, date text, weight text,
        line bigint generated always as identity (start with 2)
    ) on commit drop`;
  await sql`
    create temporary table oulad_student_assessment (
        id_assessment text, id_student text, date_submitted text, is_banked text, score text,
        line bigint generated always as identity (start with 2)
    ) on commit drop`;
}

/** `header match` refuses a file whose columns have other names or another order. */
function openCopy(sql: postgres.TransactionSql, table: OuladTable): Promise<Writable> {
  switch (table) {
    case "courses":
      return sql`
        copy pg_temp.oulad_courses (code_module, code_presentation, module_presentation_length)
        from stdin with (format csv, header match, encoding 'UTF8')`.writable();
    case "assessments":
      return sql`
        copy pg_temp.oulad_assessments
            (code_module, code_presentation, id_assessment, assessment_type, date, weight)
        from stdin with (format csv, header match, encoding 'UTF8')`.writable();
    case "studentAssessment":
      return sql`
        copy pg_temp.oulad_student_assessment (id_assessment, id_student, date_submitted, is_banked, score)
        from stdin with (format csv, header match, encoding 'UTF8')`.writable();
  }
}

async function copyFile(file: TableFile, copy: Writable, report: (line: string) => void): Promise<void> {
  let announced = 0;
  try {
    await pourTableFile(file, copy, (read) => {
      const share = read / file.size;
      if (share < announced + PROGRESS_STEP && share < 1) return;
      announced = share;
      report(`Reading ${file.path}: ${Math.round(share * 100)} %`);
    });
  } catch (error) {
    throw asOuladError(file, error);
  }
}

/** Postgres says the line in the context of the error: `COPY oulad_courses, line 5: "…"`. */
function asOuladError(file: TableFile, error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const place = error instanceof postgres.PostgresError ? /line (\d+)(.*)/.exec(error.where ?? "") : null;
  const line = place ? `, line ${place[1]}` : "";
  const text = place?.[2] ?? "";
  return new OuladError(`Cannot read "${file.path}"${line}: ${error.message}${text}`, RESTORE_THE_FILE, {
    cause: error,
  });
}
