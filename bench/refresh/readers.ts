import postgres from "postgres";
import { quantile } from "../quantiles.ts";
import { type Stage, tableOf } from "./stage.ts";

export interface Reads {
  /** 99th percentile of a read in milliseconds, in the order of the rounds. */
  readonly idle: readonly number[];
  readonly refreshing: readonly number[];
  /** Reads that waited for a lock for more than a second. */
  readonly timeouts: number;
}

/** One organisation's rows, read again and again: alone, and while refreshes by group follow each other. */
export async function measureReads(
  stage: Stage,
  { rounds, seconds }: { readonly rounds: number; readonly seconds: number },
): Promise<Reads> {
  const table = tableOf("plain", false);
  const place = stage.places.find((one) => one.table === table);
  if (place === undefined) throw new Error(`no source ${table}`);
  const reader = stage.session();
  const idle: number[] = [];
  const refreshing: number[] = [];
  let timeouts = 0;
  try {
    await reader`set lock_timeout = '1s'`;
    const read = async (until: number): Promise<number> => {
      const times: number[] = [];
      for (let n = 0; performance.now() < until; n += 1) {
        const began = performance.now();
        try {
          await reader.unsafe(`select * from analytics.${table}_view where org = $1`, [n % 8]);
        } catch (error) {
          if (!(error instanceof postgres.PostgresError) || error.code !== "55P03") throw error;
          timeouts += 1;
        }
        times.push(performance.now() - began);
      }
      return quantile(times, 0.99);
    };
    const beside = async (): Promise<number> => {
      const until = performance.now() + seconds * 1_000;
      const refreshes = async () => {
        while (performance.now() < until) {
          await place.touch(Math.ceil(place.rows / 10_000));
          await place.refresh();
        }
      };
      const [p99] = await Promise.all([read(until), refreshes()]);
      return p99;
    };
    // The first rounds fill the caches.
    for (let round = -1; round < rounds; round += 1) {
      const alone = await read(performance.now() + seconds * 1_000);
      const p99 = await beside();
      if (round >= 0) {
        idle.push(alone);
        refreshing.push(p99);
      }
    }
  } finally {
    await reader.end({ timeout: 5 });
  }
  return { idle, refreshing, timeouts };
}
