// A worker that reads random hot answers, a thousand a second, until it gets a stop message; it posts what it saw. It
// is a thread of its own, because the Redis adapter runs in the bench's thread and must not be slowed by the load.
import { parentPort, workerData } from "node:worker_threads";
import { pause } from "../../stack/pause.ts";
import { HOT_PATHS } from "./planted.ts";
import { scoresOf } from "./scores.ts";

/** One answer: its hot path, its version and its rows. */
export interface Seen {
  readonly path: number;
  readonly version: number;
  readonly rows: string;
}

export interface Orders {
  readonly origins: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  /** The fewest answers that it must have seen before it stops. */
  readonly least: number;
}

const READS_PER_SECOND = 1_000;
const TICK_MS = 10;

async function load({ origins, headers, least }: Orders, isOver: () => boolean): Promise<Seen[]> {
  const seen: Seen[] = [];
  const reading = new Set<Promise<void>>();

  async function read(): Promise<void> {
    const path = Math.floor(Math.random() * HOT_PATHS.length);
    const origin = origins[Math.floor(Math.random() * origins.length)];
    const response = await fetch(`${origin}${HOT_PATHS[path]}`, { headers });
    if (response.status !== 200) throw new Error(`A read answers ${response.status}`);
    const { data, meta } = await response.json();
    seen.push({ path, version: meta.version, rows: JSON.stringify(data.map(scoresOf)) });
  }

  for (let due = performance.now(); !isOver() || seen.length < least; due += TICK_MS) {
    for (let count = 0; count < READS_PER_SECOND * TICK_MS / 1_000; count += 1) {
      const one = read().finally(() => reading.delete(one));
      reading.add(one);
    }
    // A machine that cannot keep up gets less load, not a longer queue.
    if (reading.size > 200) await Promise.race(reading);
    await pause(Math.max(0, due + TICK_MS - performance.now()));
  }
  await Promise.all(reading);
  return seen;
}

let is_over = false;
parentPort?.once("message", () => is_over = true);
parentPort?.postMessage(await load(workerData, () => is_over));
