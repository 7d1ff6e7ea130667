import type { Fault } from "../../stack/redis/mod.ts";
import { pause } from "../../stack/pause.ts";
import type { Options } from "./options.ts";
import { type Figures, median, ratio, spread } from "./figures.ts";
import { LANES_PATH } from "./planted.ts";
import { inTurns, of, type Side } from "./rounds.ts";
import { type Server, startServer } from "./server.ts";
import type { Stage } from "./stage.ts";
import { wrk } from "./wrk.ts";

const FORGETFUL = new URL("./servers/forgetful.ts", import.meta.url);
const TIMEOUT_MS = 150;

/** P22 and P23: the cost of a Redis outage for requests that need Redis. The servers keep nothing in memory. */
export async function measureOutages(stage: Stage, options: Options): Promise<Figures> {
  const { environment } = stage;
  const { UPSTASH_REDIS_REST_URL: _url, UPSTASH_REDIS_REST_TOKEN: _token, ...alone } = environment;
  const start = (environment: Record<string, string>) =>
    startServer({ module: FORGETFUL, environment, probe: "/analytics/health" });
  const [without, refused, silent] = await Promise.all([start(alone), start(environment), start(environment)]);
  try {
    const sides: Side[] = [
      { name: "without", measure: () => p99(without, { kind: "none" }) },
      { name: "refused", measure: () => p99(refused, { kind: "refuse" }) },
      { name: "silent", measure: () => p99(silent, { kind: "blackhole" }) },
    ];
    await inTurns(sides, 1);
    const values = await inTurns(sides, options.rounds);
    await fault({ kind: "none" });
    return new Map([
      ["P22 refused", ratio(of(values, "refused"), of(values, "without"))],
      ["P22 silent", ratio(of(values, "silent"), of(values, "without"))],
      ["P23", spread(await firstAfterSilence(without))],
    ]);
  } finally {
    await fault({ kind: "none" });
    await Promise.all([without, refused, silent].map((server) => server.stop()));
  }

  function fault(kind: Fault): Promise<void> {
    return stage.stack.redis?.setFault(kind) ?? Promise.resolve();
  }

  async function p99(server: Server, kind: Fault): Promise<number> {
    await fault(kind);
    for (let request = 0; request < 10; request += 1) await timed(server); // opens the circuit breaker
    const headers = { apikey: stage.stack.keys.secretKey };
    return (await wrk({ url: `${server.origin}${LANES_PATH}`, headers, seconds: options.seconds, connections: 4 }))
      .p99_ms;
  }

  /**
   * The extra time of the first answer, from isolates that had just used Redis successfully: the time above a read of
   * the database alone, as a multiple of the timeout.
   */
  async function firstAfterSilence(without: Server): Promise<number[]> {
    const usual: number[] = [];
    for (let request = 0; request < 30; request += 1) usual.push(await timed(without));
    const added: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      const server = await start(environment);
      for (let request = 0; request < 10; request += 1) await timed(server);
      await fault({ kind: "blackhole" });
      await pause(1_100); // the known versions expire, so they are looked up as well
      added.push((await timed(server) - median(usual)) / TIMEOUT_MS);
      await fault({ kind: "none" });
      await server.stop();
    }
    return added;
  }

  async function timed({ origin }: Server): Promise<number> {
    const began = performance.now();
    const response = await fetch(`${origin}${LANES_PATH}`, { headers: { apikey: stage.stack.keys.secretKey } });
    await response.text();
    if (response.status !== 200) throw new Error(`An answer is ${response.status}`);
    return performance.now() - began;
  }
}
