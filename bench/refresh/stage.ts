import postgres from "postgres";
import { switchJobsOff } from "../../stack/jobs_off.ts";
import { makeTestDatabase } from "../../tools/test/test_database.ts";
import { GROUPS_PER_ORG, plantText, ROWS_PER_ORG, type Shape, SHAPES, sourceText, viewsText } from "./shapes.ts";

/** One source with its views, of one shape and size. */
export interface Place {
  readonly shape: Shape;
  readonly table: string;
  readonly rows: number;
  /** Writes one row of so many groups, which no round before has touched in this order. */
  touch(groups: number): Promise<void>;
  /** Milliseconds of a refresh by group. */
  refresh(): Promise<number>;
  /** Milliseconds of the first call in a session of its own. */
  refreshInNewSession(): Promise<number>;
  /** Milliseconds of `refresh materialized view` of the same query. */
  refreshWhole(): Promise<number>;
  /** Milliseconds of a refresh of the same view as it is without `incremental`, after a change. */
  refreshMaterialized(): Promise<number>;
  /** Rows that differ from the query, and rows that no logged change explains. */
  faults(): Promise<number>;
}

export interface Stage {
  readonly places: readonly Place[];
  readonly sql: postgres.Sql;
  /** Another session of the same role; the caller ends it. */
  session(): postgres.Sql;
  stop(): Promise<void>;
}

/** The name of a source: its shape, and whether it is the one with a tenth of the rows. */
export function tableOf(shape: string, isTenth: boolean): string {
  return `bench_${shape}${isTenth ? "_tenth" : ""}`;
}

export async function makeStage(rows: number, say: (line: string) => void): Promise<Stage> {
  const database = await makeTestDatabase("installed");
  const superuser = postgres(database.superuserUrl, { max: 1, onnotice: () => {} });
  const sql = postgres(database.url, { max: 1, onnotice: () => {} });
  const session = () => postgres(database.url, { max: 1, onnotice: () => {} });
  const stop = async () => {
    await Promise.all([sql.end({ timeout: 5 }), superuser.end({ timeout: 5 })]);
    await database.stop();
  };
  try {
    await sql`set statement_timeout = 0`;
    const places: Place[] = [];
    for (const shape of SHAPES) {
      for (const isTenth of [true, false]) {
        const place = { shape, table: tableOf(shape.name, isTenth), rows: isTenth ? Math.floor(rows / 10) : rows };
        say(`planting ${place.rows.toLocaleString("en")} rows, ${shape.what}`);
        await plant(sql, place);
        places.push(placeOf(sql, session, place));
      }
    }
    // Otherwise a job could run in the middle of a measurement.
    await switchJobsOff(superuser);
    await superuser`vacuum analyze`;
    await superuser`checkpoint`;
    return { places, sql, session, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Planted {
  readonly shape: Shape;
  readonly table: string;
  readonly rows: number;
}

async function plant(sql: postgres.Sql, { shape, table, rows }: Planted): Promise<void> {
  await sql.unsafe(sourceText(shape, table)).simple();
  await sql.unsafe(plantText(table, rows)).simple();
  await sql.unsafe(viewsText(shape, table)).simple();
  await sql`select analytics.refresh_view(${`${table}_view`})`;
  await sql`select analytics.refresh_view(${`${table}_whole`})`;
}

function placeOf(sql: postgres.Sql, session: () => postgres.Sql, planted: Planted): Place {
  const { shape, table, rows } = planted;
  const view = `${table}_view`;
  const orgs = Math.max(1, Math.floor(rows / ROWS_PER_ORG));
  let touched = 0;
  return {
    ...planted,
    async touch(groups) {
      const ids = Array.from({ length: groups }, () => {
        touched += 1;
        // A step that shares no factor with the number of groups passes through all of them.
        const group = touched * 7_919 % (orgs * GROUPS_PER_ORG);
        return shape.rowOf(Math.floor(group / GROUPS_PER_ORG), group % GROUPS_PER_ORG);
      });
      await sql.unsafe(`update public.${table} set amount = amount + 1 where id = any ($1)`, [ids]);
    },
    refresh: () => timed(() => sql`select analytics.refresh_view(${view})`),
    async refreshInNewSession() {
      const own = session();
      try {
        await own`select 1`;
        return await timed(() => own`select analytics.refresh_view(${view})`);
      } finally {
        await own.end({ timeout: 5 });
      }
    },
    refreshWhole: () => timed(() => sql.unsafe(`refresh materialized view analytics.${table}_whole`)),
    refreshMaterialized: () => timed(() => sql`select analytics.refresh_view(${`${table}_whole`})`),
    async faults() {
      await sql`select analytics.refresh_view(${view})`;
      const [differing] = await sql.unsafe(`
        select count(*)::integer as n from (
          (table analytics.${view} except all table freshet.definition_of_${view})
          union all (table freshet.definition_of_${view} except all table analytics.${view})) as d`);
      const [counted] = await sql.unsafe(
        `
        select (abs(v.row_count - (select count(*) from analytics.${view}))
          + abs(v.rejected_count - (select count(*) from analytics.${table}_rejects)))::integer as n
        from analytics.views as v where v.view_name = $1`,
        [view],
      );
      await sql`update analytics.incremental_views set rebuilt_at = '2000-01-01' where view_name = ${view}`;
      await sql`select analytics.refresh_view(${view})`;
      const [rebuilt] = await sql`
        select unexplained_count::integer as n from analytics.incremental_views where view_name = ${view}`;
      return Number(differing?.["n"]) + Number(counted?.["n"]) + Number(rebuilt?.["n"]);
    },
  };
}

export async function timed(step: () => PromiseLike<unknown>): Promise<number> {
  const began = performance.now();
  await step();
  return performance.now() - began;
}
