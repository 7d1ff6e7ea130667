// deno task listen: refreshes views within seconds of an event. Optional: without it the jobs of the refresh queue find
// the same changes each minute.
import { StackError } from "../stack/stack_error.ts";
import { parseArguments as stackArguments } from "../stack/arguments.ts";
import { isAlive, readState } from "../stack/state.ts";
import { listenerUrl, parseArguments, usage } from "./listen/arguments.ts";
import { listen } from "./listen/listener.ts";

if (import.meta.main) {
  try {
    await main(Deno.args);
    // A connection that was cut without a word would keep the process.
    Deno.exit(0);
  } catch (error) {
    console.error(error instanceof StackError ? `✗ ${error.message}` : error);
    Deno.exit(1);
  }
}

async function main(args: readonly string[]): Promise<void> {
  const { dbUrl, heartbeat_seconds, help } = parseArguments(args);
  if (help) return console.log(usage);
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, () => stop.abort());
  await listen({
    url: dbUrl ?? await nearestDatabase(),
    instance: crypto.randomUUID(),
    heartbeat_ms: heartbeat_seconds * 1_000,
    stop: stop.signal,
    say: (line) => console.log(`${new Date().toISOString()} ${line}`),
  });
}

/** DATABASE_URL is not read: it may belong to another project of the user. */
async function nearestDatabase(): Promise<string> {
  const variable = "FRESHET_DATABASE_URL";
  const given = Deno.env.get(variable);
  if (given) return listenerUrl(given, variable);
  const { workFolder } = stackArguments([], (name) => Deno.env.get(name));
  const state = await readState(workFolder);
  if (state?.database_url != null && await isAlive(state)) return state.database_url;
  throw new StackError(
    "There is no database to listen to",
    "give one with --db-url URL or FRESHET_DATABASE_URL, or bring up the local stack: deno task start",
  );
}
