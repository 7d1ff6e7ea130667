import { join, relative } from "node:path";
import { freePort } from "../free_port.ts";
import type { Part } from "../part.ts";
import { readProjectConfig } from "../project_config.ts";
import { findFunctions, type FoundFunction } from "./discovery.ts";
import { EDGE_RUNTIME_VERSION, edgeRuntime } from "./edge_runtime.ts";
import { downloadImports } from "./imports.ts";
import { type Isolate, startIsolate } from "./isolate.ts";
import { permissionsOf } from "./permissions.ts";
import { watchSources } from "./watch.ts";

export interface FunctionsOptions {
  projectFolder: string;
  /** The whole environment of the functions, besides what the platform adds for each. */
  environment: Record<string, string>;
  /** Variables that functions may ask for although they are not set. */
  optionalVariables?: readonly string[];
  /** How many isolates of a function run side by side; 1 by default. */
  isolates?: Record<string, number>;
  /** The deployed functions, instead of those of the project. */
  functions?: readonly FoundFunction[];
  /** true: their imports were downloaded before, which is not looked at again. */
  hasImports?: boolean;
  /** One log file per isolate goes there. A new temporary folder by default. */
  logFolder?: string;
  /** Called with the output of the functions, which also goes to the log files. */
  onOutput?: (functionName: string, chunk: Uint8Array) => void;
  /** Given: isolates start again when their files change, and each time is reported here. */
  onRestart?: (line: string) => void;
}

/** The edge functions under the deployed runtime's Deno, as many isolates of each as asked for. */
export interface FunctionsPart extends Part {
  /** Where each isolate listens, by function name. */
  readonly urls: Record<string, string[]>;
  /** verify_jwt of config.toml, by function name: the gateway's work, as on the platform. */
  readonly verifyJwt: Record<string, boolean>;
}

interface Running {
  name: string;
  isolate: Isolate;
}

/** Starts every function of supabase/functions. Throws a StackError when one does not start, and stops the others. */
export async function startFunctions(options: FunctionsOptions): Promise<FunctionsPart> {
  const logFolder = options.logFolder ?? await Deno.makeTempDir({ prefix: "freshet-functions-" });
  await Deno.mkdir(logFolder, { recursive: true });
  const functions = options.functions ??
    await findFunctions(options.projectFolder, await readProjectConfig(options.projectFolder));
  const runtime = await edgeRuntime();
  if (options.hasImports !== true) await Promise.all(functions.map((found) => downloadImports(found, runtime)));
  const copies = functions.flatMap((found) =>
    Array.from({ length: options.isolates?.[found.name] ?? 1 }, (_, index) => ({ found, index }))
  );
  const running = await allOrNone(copies.map(async ({ found, index }) => {
    const port = freePort();
    const environment = environmentOf(found, options.environment);
    const isolate = await startIsolate(found, {
      runtime,
      environment,
      permissions: permissionsOf({ environment, optional: options.optionalVariables ?? [], port }),
      port,
      logFile: join(logFolder, `${found.name}.${index}.log`),
      onOutput: (chunk) => options.onOutput?.(found.name, chunk),
    });
    return { name: found.name, isolate };
  }));
  const { onRestart } = options;
  const watch = onRestart === undefined ? null : await watchSources(options.projectFolder, async (file) => {
    // A file may import a package that is not here yet.
    await Promise.all(functions.map((found) => downloadImports(found, runtime)));
    await Promise.all(running.map(({ isolate }) => isolate.restart()));
    onRestart(`${relative(options.projectFolder, file)} changed: the functions start again`);
  }, onRestart);
  return {
    name: "functions",
    kind: "real",
    detail: `${functions.map(({ name }) => `${name} ×${options.isolates?.[name] ?? 1}`).join(", ") || "none"}; ` +
      `Deno ${EDGE_RUNTIME_VERSION}, as on the platform`,
    urls: Object.fromEntries(functions.map(({ name }) => [
      name,
      running.filter((one) => one.name === name).map((one) => one.isolate.url),
    ])),
    verifyJwt: Object.fromEntries(functions.map(({ name, verifyJwt }) => [name, verifyJwt])),
    async stop() {
      await watch?.stop();
      await Promise.all(running.map(({ isolate }) => isolate.stop()));
    },
  };
}

/** The variables that every function has on the platform too. */
function environmentOf(
  { name }: FoundFunction,
  environment: Record<string, string>,
): Record<string, string> {
  return {
    SUPABASE_FUNCTION_SLUG: name,
    SB_EXECUTION_ID: crypto.randomUUID(),
    ...environment,
  };
}

/** All isolates, or none: when one fails the others are stopped before the error goes on. */
async function allOrNone(starting: Promise<Running>[]): Promise<Running[]> {
  const outcomes = await Promise.allSettled(starting);
  const running = outcomes.flatMap((outcome) => outcome.status === "fulfilled" ? [outcome.value] : []);
  const failed = outcomes.find((outcome) => outcome.status === "rejected");
  if (failed === undefined) return running;
  await Promise.all(running.map(({ isolate }) => isolate.stop()));
  throw failed.reason;
}
