import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { TextRow } from "../../oulad/row_difference.ts";

const TextRows = z.array(z.record(z.string(), z.string().nullable()));

/** DuckDB over the sample's files, for independent results: it shares no code and no SQL with the product. */
export interface InDuckdb {
  /** Runs a query; all its columns must be text. */
  rows(query: string): Promise<TextRow[]>;
}

/** The part of @duckdb/node-api that is used here. */
const duckdbModule = z.object({
  DuckDBInstance: z.custom<{
    create(path: string): Promise<{
      connect(): Promise<{
        run(sql: string): Promise<unknown>;
        runAndReadAll(sql: string): Promise<{ getRowObjectsJson(): unknown }>;
        closeSync(): void;
      }>;
      closeSync(): void;
    }>;
  }>((value) => typeof value === "function"),
});

/** Imported by name at run time only: every command downloads what the lock file lists, and this weighs 140 MB. */
const DUCKDB = "npm:@duckdb/node-api@1.5.5-r.5";

const FOLDER = fileURLToPath(new URL("../../../samples/oulad", import.meta.url)).replaceAll("'", "''");

/**
 * `arena_submission`: one row per submission, under the arena's ids, `scored_submission`: those with a score;
 * `attempt`: one row per submission, under those of the training pack. `thousandths(p, q)`: p/q rounded half away from
 * zero to three digits, in whole numbers, so without an error of its own; q is positive.
 */
const PREPARE = `
  create table submission as
  select
      s.id_assessment, s.id_student, s.score::hugeint as score, a.code_module, a.code_presentation, a.assessment_type,
      make_date(
          a.code_presentation[1:4]::integer, case a.code_presentation[5] when 'B' then 2 when 'J' then 10 end, 1
      ) + s.date_submitted as submitted_on
  from read_csv('${FOLDER}/studentAssessment.csv.gz', header = true, columns = {
      id_assessment: 'INTEGER', id_student: 'INTEGER', date_submitted: 'INTEGER', is_banked: 'INTEGER', score: 'INTEGER'
  }) as s
  join read_csv('${FOLDER}/assessments.csv.gz', header = true, columns = {
      code_module: 'VARCHAR', code_presentation: 'VARCHAR', id_assessment: 'INTEGER', assessment_type: 'VARCHAR',
      date: 'VARCHAR', weight: 'VARCHAR'
  }) as a using (id_assessment);

  create view arena_submission as
  select
      md5('oulad:student:' || id_student)::uuid::varchar as agent_id,
      md5('oulad:presentation:' || code_module || ':' || code_presentation)::uuid::varchar as challenge_id,
      code_module || ' ' || code_presentation as challenge_title,
      assessment_type as lane_key,
      score,
      submitted_on
  from submission;

  create view scored_submission as from arena_submission where score is not null;

  create view attempt as
  select
      md5('oulad:module:' || code_module)::uuid::varchar as org_id,
      'oulad-' || id_student as user_id,
      md5('oulad:assessment:' || id_assessment)::uuid::varchar as scenario_id,
      code_module || ' ' || code_presentation || ', ' || assessment_type || ' ' || id_assessment as title,
      score,
      submitted_on
  from submission;

  create macro thousandths(p, q) as
      (sign(p) * ((2000 * abs(p) + q) // (2 * q)))::decimal(15, 0) * 0.001::decimal(4, 3);
`;

/** Opens an in-memory DuckDB for the body. `prepare` is SQL that makes the tables for the body's queries. */
export async function withDuckdb<Result>(
  prepare: string,
  body: (duckdb: InDuckdb) => Promise<Result>,
): Promise<Result> {
  const { DuckDBInstance } = duckdbModule.parse(await import(DUCKDB));
  const instance = await DuckDBInstance.create(":memory:");
  try {
    const connection = await instance.connect();
    try {
      await connection.run(prepare);
      return await body({
        async rows(query) {
          const reader = await connection.runAndReadAll(query);
          return TextRows.parse(reader.getRowObjectsJson());
        },
      });
    } finally {
      connection.closeSync();
    }
  } finally {
    instance.closeSync();
  }
}

/** Opens the OULAD sample's files. `views` are statements over `submission` that a pack's own test needs. */
export function withOuladInDuckdb<Result>(
  body: (oulad: InDuckdb) => Promise<Result>,
  views: readonly string[] = [],
): Promise<Result> {
  return withDuckdb([PREPARE, ...views].join(";\n"), body);
}
