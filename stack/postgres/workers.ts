import type { Extensions } from "./bootstrap.ts";
import { startCronTicker } from "./cron_ticker.ts";
import type { ServerAddress } from "./server_address.ts";
import { startNetWorker } from "./net_worker.ts";

/** The workers of the stand-ins in this process: the ticker of pg_cron, the sender of pg_net. */
export interface Workers {
  /** After a crash of the server: closes the runs that it lost, and listens for notifications again. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export async function startWorkers(address: ServerAddress, extensions: Extensions): Promise<Workers> {
  let isStopping = false;
  let turn = Promise.resolve(await startAll());

  async function startAll(): Promise<(() => Promise<void>)[]> {
    const stops: (() => Promise<void>)[] = [];
    if (extensions.net === "stand-in") stops.push((await startNetWorker(address.superuserUrl)).stop);
    if (extensions.cron === "stand-in") stops.push((await startCronTicker(address)).stop);
    return stops;
  }
  return {
    async restart() {
      // One after the other: a server may die again while its workers are coming back.
      turn = turn.catch(() => []).then(async (stops) => {
        for (const stop of stops) await stop().catch(() => {}); // its connections are gone already
        return isStopping ? [] : await startAll();
      });
      await turn;
    },
    async stop() {
      isStopping = true;
      for (const stop of (await turn.catch(() => [])).reverse()) await stop();
    },
  };
}
