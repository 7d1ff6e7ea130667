import { cp } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { SignJWT } from "jose";
import { freePort } from "../../stack/free_port.ts";
import { pause } from "../../stack/pause.ts";
import type { Meter } from "./meter.ts";
import type { Options } from "./options.ts";
import { challenge, LANES_PATH } from "./planted.ts";
import { SERVER_CPU } from "./processors.ts";
import type { Side } from "./rounds.ts";
import { type Server, startServer } from "./server.ts";
import type { Stage } from "./stage.ts";
import { wrk } from "./wrk.ts";

/** Other ways to serve the same rows, ready to be measured. */
export interface Peers {
  readonly sides: readonly Side[];
  stop(): Promise<void>;
}

/** The view read through the data API, the same behind an in-process cache, and Cube with a rollup. */
export async function startPeers(stage: Stage, options: Options, meter: Meter): Promise<Peers> {
  const { seconds, warm_up_seconds } = options;
  const environment = { SUPABASE_URL: stage.stack.origin, SECRET_KEY: stage.stack.keys.secretKey };
  const module = new URL("./servers/data_api.ts", import.meta.url);
  const probe = LANES_PATH;
  const servers: Server[] = [];
  const sides: Side[] = [];

  async function add(name: string, server: Server, path: string, headers: Record<string, string> = {}): Promise<void> {
    servers.push(server);
    const load = { url: `${server.origin}${path}`, headers };
    await wrk({ ...load, seconds: warm_up_seconds });
    sides.push({
      name,
      measure: async () => (await meter.measure(name, server, { ...load, seconds })).requests_per_second,
    });
  }

  async function stop(): Promise<void> {
    await Promise.all(servers.map((server) => server.stop()));
  }

  try {
    await add("data API for each request", await startServer({ module, environment, probe }), LANES_PATH);
    const keeping = { ...environment, TTL_MS: "60000" };
    await add("data API behind a 60 s cache", await startServer({ module, environment: keeping, probe }), LANES_PATH);
    const cube = await startCube(stage);
    await add("Cube, rollup in PostgreSQL", cube.server, cube.path, cube.headers);
    return { sides, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

const SECRET = "a-phrase-of-the-benchmark-alone";

async function startCube(stage: Stage) {
  const folder = await installCube();
  const port = freePort();
  const database = new URL(stage.stack.superuserUrl);
  const log = await Deno.open(`${folder}/cube.log`, { create: true, write: true, truncate: true });
  const process = new Deno.Command("taskset", {
    args: ["-c", String(SERVER_CPU), "node", "node_modules/.bin/cubejs-server", "server"],
    cwd: folder,
    env: {
      PORT: String(port),
      NODE_ENV: "production",
      CUBEJS_DB_TYPE: "postgres",
      CUBEJS_DB_HOST: database.hostname,
      CUBEJS_DB_PORT: database.port,
      CUBEJS_DB_NAME: database.pathname.slice(1),
      CUBEJS_DB_USER: decodeURIComponent(database.username),
      CUBEJS_DB_PASS: decodeURIComponent(database.password),
      CUBEJS_API_SECRET: SECRET,
      CUBEJS_CACHE_AND_QUEUE_DRIVER: "memory",
      CUBEJS_REFRESH_WORKER: "true",
      CUBEJS_EXTERNAL_DEFAULT: "false",
      CUBEJS_TELEMETRY: "false",
      CUBEJS_LOG_LEVEL: "error",
    },
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const logged = process.stdout.pipeTo(log.writable);
  const server: Server = {
    origin: `http://127.0.0.1:${port}`,
    pid: process.pid,
    async stop() {
      process.kill("SIGKILL"); // a softer signal would wait for its workers
      await process.status;
      await logged;
    },
  };
  const query = {
    dimensions: ["LaneScores.lane"],
    measures: ["samples", "mean", "p10", "p50", "p90"].map((name) => `LaneScores.${name}`),
    filters: [{ member: "LaneScores.challenge", operator: "equals", values: [challenge(1)] }],
    order: { "LaneScores.lane": "asc" },
  };
  const path = `/cubejs-api/v1/load?query=${encodeURIComponent(JSON.stringify(query))}`;
  const token = await new SignJWT({}).setProtectedHeader({ alg: "HS256" }).setExpirationTime("2h")
    .sign(new TextEncoder().encode(SECRET));
  const headers = { authorization: token };
  try {
    await untilRolledUp(`${server.origin}${path}`, headers);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return { server, path, headers };
}

/** Cube answers "Continue wait" until its rollup is built. */
async function untilRolledUp(url: string, headers: Record<string, string>): Promise<void> {
  let last = "nothing";
  for (const deadline = Date.now() + 90_000; Date.now() < deadline; await pause(500)) {
    try {
      const answer = await (await fetch(url, { headers })).json();
      if (
        Array.isArray(answer.data) && answer.data.length === 3 && JSON.stringify(answer.usedPreAggregations) !== "{}"
      ) return;
      last = JSON.stringify(answer).slice(0, 300);
    } catch (error) {
      last = error instanceof Error ? error.message : "nothing";
    }
  }
  throw new Error(`Cube did not serve its rollup in time: ${last}`);
}

/** Runs once: about two minutes, 400 MB. Without install scripts: they download a binary that is not needed here. */
async function installCube(): Promise<string> {
  const folder = fileURLToPath(new URL("../../.freshet/bench/cube/", import.meta.url));
  const is_installed = await Deno.stat(`${folder}/node_modules/.package-lock.json`).then(() => true, () => false);
  await cp(new URL("./cube/", import.meta.url), folder, { recursive: true });
  if (is_installed) return folder;
  const { success } = await new Deno.Command("npm", {
    args: ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
    cwd: folder,
  }).output();
  if (!success) throw new Error(`Cube cannot be installed into ${folder}`);
  return folder;
}
