// A reader never finds a view missing, empty or half done while its query is changed.
import { deepEqual, ok } from "node:assert/strict";
import type postgres from "postgres";
import { createIncrementalViews, dropIncrementalViews } from "../support/fixtures/incremental_views.ts";
import { pause } from "../../stack/pause.ts";
import { withConnections } from "../support/rigs/test_database.ts";

const VIEW = "mv_inc_days";
const query = (paid: string, more = "") => `
  select l.day, sum(l.amount)${paid} as paid, count(l.returned_on) as returned${more} from public.inc_lines as l group by l.day`;

interface Seen {
  /** Totals as a reader found them, each once, in their order. */
  readonly totals: readonly number[];
  /** Reads that ended while the change was not committed. */
  readonly reads_meanwhile: number;
}

/** Reads all the time while one transaction changes the view, and stays open for half a second. */
async function readDuring(sql: postgres.Sql, reader: postgres.Sql, change: string): Promise<Seen> {
  const totals: number[] = [];
  let isOpen = false;
  let isOver = false;
  let reads_meanwhile = 0;
  const reading = (async () => {
    while (!isOver) {
      const [row] = await reader.unsafe(`select sum(paid)::integer as total from analytics.${VIEW}`);
      const total = Number(row?.["total"]);
      if (totals.at(-1) !== total) totals.push(total);
      if (isOpen) reads_meanwhile += 1;
    }
    const [row] = await reader.unsafe(`select sum(paid)::integer as total from analytics.${VIEW}`);
    if (totals.at(-1) !== Number(row?.["total"])) totals.push(Number(row?.["total"]));
  })();
  while (totals.length === 0) await pause(5);
  await sql.begin(async (transaction) => {
    await transaction.unsafe(change);
    isOpen = true;
    await transaction`select pg_sleep(0.5)`;
    isOpen = false;
  });
  isOver = true;
  await reading;
  return { totals, reads_meanwhile };
}

Deno.test("while a query is changed a reader finds the old rows or the new ones, and waits only where columns change", () =>
  withConnections(2, async ([sql, reader]) => {
    if (sql === undefined || reader === undefined) throw new Error("no connection");
    await createIncrementalViews(sql);
    try {
      const [{ total } = { total: 0 }] = await sql<{ total: number }[]>`
        select sum(amount)::integer as total from public.inc_lines`;
      const same = await readDuring(sql, reader, `select analytics.change_view_query('${VIEW}', $$${query(" * 2")}$$)`);
      deepEqual(same.totals, [total, 2 * total]);
      const kind = async () =>
        (await sql`select relkind from pg_class where oid = ${`analytics.${VIEW}`}::regclass`)[0]?.["relkind"];
      ok(same.reads_meanwhile > 5, `${same.reads_meanwhile} reads before the commit`);

      const wider = query(" * 3", ", min(l.id) as first_id");
      const other = await readDuring(sql, reader, `select analytics.change_view_query('${VIEW}', $$${wider}$$)`);
      deepEqual([other.totals, other.reads_meanwhile, await kind()], [[2 * total, 3 * total], 0, "r"]);

      const back = await readDuring(
        sql,
        reader,
        `select analytics.register_view('${VIEW}', 'probe', '0 0 1 1 *', '1 hour', incremental => false)`,
      );
      deepEqual([back.totals, await kind()], [[3 * total], "m"]);
      const whole = await readDuring(
        sql,
        reader,
        `select analytics.change_view_query('${VIEW}', $$${query(" * 4")}$$)`,
      );
      deepEqual([whole.totals, await kind()], [[3 * total, 4 * total], "m"]);
    } finally {
      await dropIncrementalViews(sql);
    }
  }));
