import type postgres from "postgres";
import { worstOf } from "./worst_values.ts";

/** A column that the rows of a view, a live relation or a fact come from. */
export interface SourceColumn {
  readonly table: string;
  readonly column: string;
  readonly type: string;
}

export interface Plant extends SourceColumn {
  readonly value: string;
}

/**
 * Every column of every source of a registered view or live relation, and of every table of schema public, whose triggers
 * fill some of those sources. Enumerations hold nothing but their words, and generated columns nothing of their own.
 */
export async function sourceColumns(sql: postgres.Sql): Promise<SourceColumn[]> {
  return await sql<SourceColumn[]>`
    select c.oid::regclass::text as table, a.attname as column, t.typname as type
    from pg_class as c
    join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
    join pg_type as t on t.oid = a.atttypid
    where c.relkind in ('r', 'p')
        and t.typtype <> 'e'
        and (
            c.oid in (select s.source from analytics.view_sources as s)
            or c.oid in (select unnest(l.sources) from analytics.live_relations as l)
            or c.relnamespace = 'public'::regnamespace
        )
        and c.relname not like 'probe%'
    order by 1, 2`;
}

/** Every column with everything that its type accepts. */
export function allPlants(columns: readonly SourceColumn[]): Plant[] {
  return columns.flatMap((column) => {
    const values = worstOf(column.type);
    if (values === undefined) {
      throw new Error(
        `tests/support/worst_values.ts has nothing for type "${column.type}" of ${column.table}.${column.column}`,
      );
    }
    return values.map((value) => ({ ...column, value }));
  });
}

/**
 * So many that each column gets some value and each value of a type some column, in turns and the same at every run; the
 * columns of one type meet its values at different places.
 */
export function somePlants(columns: readonly SourceColumn[], rounds: number): Plant[] {
  const types = Map.groupBy(columns, ({ type }) => type);
  const plants = [...types.values()].flatMap((alike) => {
    const values = worstOf(alike[0]?.type ?? "") ?? [];
    const count = Math.max(values.length, alike.length * rounds);
    return Array.from({ length: count }, (_, turn) => {
      const column = alike[turn % alike.length];
      // A step through the values of its own for each lap through the columns.
      const value = values[(turn + Math.floor(turn / alike.length)) % values.length];
      return column === undefined || value === undefined ? [] : [{ ...column, value }];
    }).flat();
  });
  return [...new Map(plants.map((plant) => [JSON.stringify(plant), plant])).values()];
}
