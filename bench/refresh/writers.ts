import type postgres from "postgres";
import { dice } from "../../tests/support/random/dice.ts";
import { SHAPES, sourceText } from "./shapes.ts";
import { type Stage, tableOf, timed } from "./stage.ts";

/** Milliseconds for the same inserts into three tables that differ in their triggers alone, by rows of a statement. */
export interface Writes {
  readonly rows: number;
  readonly keys: readonly number[];
  readonly note: readonly number[];
  readonly bare: readonly number[];
}

/** Rows of a statement, and how many statements are timed together. */
const SIZES = [{ rows: 1, statements: 200 }, { rows: 100, statements: 20 }, { rows: 1_000, statements: 4 }] as const;

const SIDES = ["keys", "note", "bare"] as const;
const WARM_UP = 2;

/**
 * A source of an incremental view, one of a materialized view, and a table of no view, each with four indexes. Each row
 * of a statement belongs to a group of its own, which is the most that there is to log.
 */
export async function measureWrites({ sql }: Stage, rounds: number): Promise<Writes[]> {
  const [plain] = SHAPES;
  if (plain === undefined) throw new Error("no shape");
  for (const side of SIDES) await sql.unsafe(sourceText(plain, `bench_writes_${side}`)).simple();
  for (const side of ["keys", "note"] as const) {
    await sql.unsafe(`
      create materialized view analytics.bench_writes_${side}_view as
        select org, date_trunc('week', on_date::timestamp)::date as week, count(*) as n from public.bench_writes_${side} group by 1, 2 with no data;
      create unique index on analytics.bench_writes_${side}_view (org, week);
      select analytics.register_view('bench_writes_${side}_view', 'core', '0 0 1 1 *', '1 hour', incremental => ${
      side === "keys"
    });
    `).simple();
  }
  const all: Writes[] = [];
  let next = 0;
  for (const { rows, statements } of SIZES) {
    const times = { keys: [] as number[], note: [] as number[], bare: [] as number[] };
    for (let round = -WARM_UP; round < rounds; round += 1) {
      for (const side of round % 2 === 0 ? SIDES : SIDES.toReversed()) {
        const milliseconds = await timed(async () => {
          for (let statement = 0; statement < statements; statement += 1) {
            next += rows;
            await sql.unsafe(
              `
              insert into public.bench_writes_${side} (id, org, member, on_date, at, amount)
              select r, r, 1, '2024-01-01', now(), 1 from generate_series($1::bigint + 1, $1::bigint + $2::bigint) as r`,
              [next, rows],
            );
          }
        });
        if (round >= 0) times[side].push(milliseconds);
      }
      await sql`select analytics.trim_source_changes()`;
    }
    all.push({ rows, ...times });
  }
  return all;
}

const WRITERS = 6;

/**
 * Writers that never touch each other's rows wait for nothing but what is logged. They write the same groups in opposite
 * orders, in transactions that stay open, while views are refreshed and logs folded.
 *
 * @returns deadlocks and moments at which a writer waited for a lock
 */
export async function countWaits(stage: Stage, seconds: number): Promise<number> {
  const table = tableOf("plain", false);
  const view = `${table}_view`;
  const [before] = await stage.sql`select deadlocks from pg_stat_database where datname = current_database()`;
  const until = performance.now() + seconds * 1_000;
  const roll = dice(18);
  let waits = 0;
  const sessions = Array.from({ length: WRITERS + 2 }, () => stage.session());
  const [refresher, watcher, ...writers] = sessions;
  if (refresher === undefined || watcher === undefined) throw new Error("no session");
  try {
    const pids = await Promise.all(writers.map(async (writer) => {
      const [row] = await writer`select pg_backend_pid() as pid`;
      return Number(row?.["pid"]);
    }));
    const repeat = async (work: () => Promise<unknown>) => {
      while (performance.now() < until) await work();
    };
    await Promise.all([
      ...writers.map((writer, index) => repeat(() => writeOpenly(writer, { table, index, roll }))),
      repeat(async () => {
        await refresher`select analytics.refresh_view(${view})`;
        await refresher`select analytics.trim_source_changes()`;
      }),
      repeat(async () => {
        // A table that grows is extended by one writer at a time, triggers or not.
        const [row] = await watcher`
          select count(*)::integer as n from pg_locks where not granted and locktype <> 'extend' and pid = any (${pids})`;
        waits += Number(row?.["n"]);
      }),
    ]);
  } finally {
    for (const session of sessions) await session.end({ timeout: 5 });
  }
  // Counters of sessions that have ended are written by then.
  const [after] = await stage.sql`select deadlocks from pg_stat_database where datname = current_database()`;
  return waits + Number(after?.["deadlocks"]) - Number(before?.["deadlocks"]);
}

/** Two groups of one organisation, by rows that no other writer writes. */
function writeOpenly(
  writer: postgres.Sql,
  { table, index, roll }: { readonly table: string; readonly index: number; readonly roll: (sides: number) => number },
): Promise<unknown> {
  const first = roll(52);
  const second = (first + 1 + roll(51)) % 52;
  const row = (slot: number) => slot + 52 * (10 + index);
  const groups = index % 2 === 0 ? [first, second] : [second, first];
  return writer.begin(async (own) => {
    for (const slot of groups) {
      await own.unsafe(`update public.${table} set amount = amount + 1 where id = $1`, [row(slot)]);
    }
  });
}
