import type postgres from "postgres";
import type { SourceColumn } from "./source_columns.ts";

/** Values that nobody could object to: what they change, a bad value in their place may change too. */
const HARMLESS: Readonly<Record<string, readonly string[]>> = {
  timestamptz: ["2026-03-03 00:00+00", "1990-03-03 00:00+00", "2100-03-03 00:00+00"],
  date: ["2026-03-03", "1990-03-03", "2100-03-03"],
  numeric: ["7", "1e14", "-1e14"],
  int4: ["7", "2000000000"],
  int8: ["7"],
  bool: ["true", "false"],
  text: ["seven", "!", "~~~"],
  jsonb: ['{"TMA": 7}', '{"TMA": 1e14}', '{"x": 7}'],
  uuid: ["aaaaaaaa-aaaa-4aaa-aaaa-aaaaaaaaaaaa"],
};

/** The same column with each harmless value; in a new row also with the one that the copied row has. */
export function controls({ type }: SourceColumn): readonly (string | null)[] {
  return [null, ...HARMLESS[type] ?? []];
}

/** How a value gets into a table: in a new row, which is a copy of another, or where no copy is possible in an old one. */
export type Mode = "insert" | "update";

/** Statements that put a value, or for null nothing, into the column of one row. */
export async function planter(
  sql: postgres.Sql,
  { table, column, type }: SourceColumn,
): Promise<(mode: Mode, value: string | null) => Promise<void>> {
  const columns = await sql`
    select
      quote_ident(a.attname) as name,
      a.attname = ${column} as is_planted,
      t.typname = 'uuid'
        and exists (select from pg_index as i where i.indrelid = a.attrelid and i.indisprimary and a.attnum = any (i.indkey))
        and not exists (select from pg_constraint as c where c.conrelid = a.attrelid and c.contype = 'f' and a.attnum = any (c.conkey))
        as is_fresh
    from pg_attribute as a join pg_type as t on t.oid = a.atttypid
    where a.attrelid = ${table}::regclass and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' and a.attidentity = ''
    order by a.attnum`;
  const names = columns.map(({ name }) => name).join(", ");

  return async (mode, value) => {
    const given = value === null ? [] : [value];
    const cast = `$1::text::${type}`;
    const quoted = columns.find(({ is_planted }) => is_planted)?.["name"];
    if (mode === "update") {
      if (value === null) return;
      await sql.unsafe(
        `update ${table} set ${quoted} = ${cast} where ctid = (select ctid from ${table} limit 1)`,
        given,
      );
      return;
    }
    const cells = columns.map(({ name, is_planted, is_fresh }) =>
      is_planted && value !== null ? cast : is_fresh ? "gen_random_uuid()" : name
    );
    await sql.unsafe(`insert into ${table} (${names}) select ${cells.join(", ")} from ${table} limit 1`, given);
  };
}

/** Goes back to where it was, whatever the body did. */
export async function undone<Result>(sql: postgres.Sql, body: () => Promise<Result>): Promise<Result> {
  await sql.unsafe("savepoint planted");
  // What was written before says nothing of what the body writes.
  await sql`delete from analytics.source_changes`;
  try {
    return await body();
  } finally {
    await sql.unsafe("rollback to savepoint planted; release savepoint planted").simple();
  }
}

/** The tables with a version that the body has written to. */
export async function writtenTables(sql: postgres.Sql): Promise<string[]> {
  const rows = await sql`select distinct c.source::text as source from analytics.source_changes as c`;
  return rows.map(({ source }) => String(source));
}
