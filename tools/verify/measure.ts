import { resources } from "../resources.ts";
import type { Connection } from "./connection.ts";
import type { Subject } from "./find_subject.ts";
import { firstPage } from "./first_page.ts";
import { refreshNow } from "./refresh_now.ts";
import type { Synthesis } from "./subject.ts";
import { type Timings, timingsOf } from "./timings.ts";
import { writeRange } from "./write_rows.ts";

const IDLE_READS = 60;
const READERS = 2;
const ROUNDS = 5;

export interface Measurements {
  /** The first refresh, which processes all synthetic rows. */
  readonly first_refresh_ms: number;
  /** Later refreshes, each after a few more rows. */
  readonly refreshes: Timings | null;
  readonly idle_reads: Timings | null;
  readonly reads_during_refresh: Timings | null;
}

export interface Measuring {
  readonly synthesis: Synthesis;
  readonly rows: number;
  readonly signal: AbortSignal;
}

/** Measures refreshes and reads. Reads go to the database without any cache: they show the cost of a miss. */
export async function measure(subject: Subject, measuring: Measuring, service: Connection): Promise<Measurements> {
  const { pack, view: { view, reads = [] } } = subject;
  const resource = resources.find((candidate) => candidate.view === view);
  if (resource === undefined) throw new Error(`No resource serves ${view}`);
  const request = firstPage(resource, 200);
  const read = async () => {
    measuring.signal.throwIfAborted();
    const began = performance.now();
    await service.readView(view, request);
    return performance.now() - began;
  };

  for (const source of reads) await refreshNow(service, source);
  const { milliseconds: first } = await refreshNow(service, view);

  const idle: number[] = [];
  for (let count = 0; count < IDLE_READS; count++) idle.push(await read());

  const refreshes: number[] = [];
  const during: number[] = [];
  const many = pack.tables.find(({ count }) => count === "rows")?.name ?? "";
  const some = Math.ceil(measuring.rows / 100);
  for (let round = 0; round < ROUNDS; round++) {
    const from = measuring.rows + round * some;
    await writeRange(pack, many, { ...measuring, from, to: from + some }, service);
    for (const source of reads) await refreshNow(service, source);
    let isRefreshing = true;
    const refresh = refreshNow(service, view).finally(() => isRefreshing = false);
    const readers = Array.from({ length: READERS }, async () => {
      while (isRefreshing) during.push(await read());
    });
    const settled = await Promise.allSettled([refresh, ...readers]); // no call may be in progress when the rows are removed
    for (const outcome of settled) if (outcome.status === "rejected") throw outcome.reason;
    refreshes.push((await refresh).milliseconds);
  }
  return {
    first_refresh_ms: Math.round(first * 10) / 10,
    refreshes: timingsOf(refreshes),
    idle_reads: timingsOf(idle),
    reads_during_refresh: timingsOf(during),
  };
}
