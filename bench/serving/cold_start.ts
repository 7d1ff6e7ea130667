import type { Stack } from "../../stack/stack.ts";
import type { Options } from "./options.ts";
import { type Figures, ratio } from "./figures.ts";
import { LANES_PATH } from "./planted.ts";
import { SERVER_CPU } from "./processors.ts";
import { inTurns, of } from "./rounds.ts";
import { fetchImports, measuredRuntime } from "./runtime.ts";
import { launch } from "./server.ts";
import type { Stage } from "./stage.ts";

const FUNCTION = new URL("../../supabase/functions/analytics/index.ts", import.meta.url);
const FUNCTION_CONFIG = new URL("../../supabase/functions/analytics/deno.json", import.meta.url);
const HELLO = new URL("./servers/hello.ts", import.meta.url);

/** P11: the time of a new isolate until it is loaded, and until its first answer from the database. */
export async function measureColdStart(stage: Stage, options: Options): Promise<Figures> {
  const folder = await Deno.makeTempDir({ prefix: "freshet-bench-cold-" });
  const empty = new URL(`file://${folder}/empty.ts`);
  const read = new URL(`file://${folder}/read.ts`);
  const lock = `${folder}/deno.lock`;
  await fetchImports(FUNCTION, FUNCTION_CONFIG, lock);
  await Deno.writeTextFile(empty, "export {};\n");
  await Deno.writeTextFile(read, `import "${FUNCTION.href}";\n`);
  const sides = [
    { name: "empty", measure: () => importing(empty, lock) },
    { name: "read function", measure: () => importing(read, lock) },
    { name: "first hello", measure: () => firstAnswer(HELLO, lock, stage) },
    { name: "first answer", measure: () => firstAnswer(FUNCTION, lock, stage) },
  ];
  try {
    await inTurns(sides, 2); // warms the cache of compiled code, as on a platform where the function is deployed
    const times = await inTurns(sides, options.rounds * 2);
    return new Map([
      ["P11 import", ratio(of(times, "read function"), of(times, "empty"))],
      ["P11 first", ratio(of(times, "first answer"), of(times, "first hello"))],
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function importing(module: URL, lock: string): Promise<number> {
  const { deno, environment } = await measuredRuntime();
  const began = performance.now();
  const { success } = await new Deno.Command("taskset", {
    args: [
      ...["-c", String(SERVER_CPU), deno, "run", "--quiet", "--cached-only", `--lock=${lock}`],
      ...["--config", FUNCTION_CONFIG.pathname, "-A", module.pathname],
    ],
    env: environment,
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`${module.pathname} cannot be imported`);
  return performance.now() - began;
}

async function firstAnswer(module: URL, lock: string, stage: Stage): Promise<number> {
  // An isolate that has just ended may have left the answer in Redis, or a lock that others wait for.
  await forgetShared(stage.stack);
  const began = performance.now();
  const server = await launch({ module, config: FUNCTION_CONFIG, lock, environment: stage.environment });
  try {
    while (!await answers(`${server.origin}${LANES_PATH}`, { apikey: stage.stack.keys.secretKey })) { /* not yet */ }
    return performance.now() - began;
  } finally {
    await server.stop();
  }
}

async function forgetShared({ redis }: Stack): Promise<void> {
  if (redis === null) return;
  const headers = { authorization: `Bearer ${redis.token}` };
  const response = await fetch(redis.url, { method: "POST", headers, body: JSON.stringify(["FLUSHALL"]) });
  if (await response.text() !== '{"result":"OK"}') throw new Error(`Redis does not forget: ${response.status}`);
}

async function answers(url: string, headers: Record<string, string>): Promise<boolean> {
  let response: Response;
  try {
    response = await fetch(url, { headers });
  } catch {
    return false; // it does not listen yet
  }
  await response.text();
  if (response.status !== 200) throw new Error(`The first answer is ${response.status}`);
  return true;
}
