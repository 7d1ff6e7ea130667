import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "../../../stack/free_port.ts";
import { optionalVariables } from "../../../stack/function_environment.ts";
import { edgeRuntime } from "../../../stack/functions/edge_runtime.ts";
import { downloadImports } from "../../../stack/functions/imports.ts";
import { launchListening } from "../../../stack/functions/isolate.ts";
import { permissionsOf } from "../../../stack/functions/permissions.ts";

/** A real isolate in a process of its own, which is not restarted. */
export interface LoneIsolate {
  /** Its URL, including the function's name. */
  readonly url: string;
  readonly logFile: string;
  readonly pid: number;
  /** kill -9: no handler and no finally runs. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

export interface LoneIsolateOptions {
  readonly name: string;
  readonly environment: Record<string, string>;
  /** The project of the function. Default: this project. */
  readonly projectFolder?: string;
}

const thisProject = fileURLToPath(new URL("../../../", import.meta.url));

const downloads = new Map<string, Promise<void>>();

/** Downloads the imports once for all isolates of one function. */
function downloaded(entrypoint: string, download: () => Promise<void>): Promise<void> {
  const known = downloads.get(entrypoint) ?? download();
  downloads.set(entrypoint, known);
  return known;
}

export async function startLoneIsolate(
  { name, environment, projectFolder = thisProject }: LoneIsolateOptions,
): Promise<LoneIsolate> {
  const port = freePort();
  const folder = join(projectFolder, "supabase", "functions", name);
  const found = { name, entrypoint: join(folder, "index.ts"), config: join(folder, "deno.json") };
  const runtime = await edgeRuntime();
  await downloaded(found.entrypoint, () => downloadImports({ ...found, verifyJwt: false }, runtime));
  const logFile = await Deno.makeTempFile({ prefix: "freshet-isolate-", suffix: ".log" });
  const permissions = permissionsOf({ environment, optional: optionalVariables, port });
  const child = await launchListening(found, { runtime, permissions, environment, port, logFile });
  return {
    url: `http://127.0.0.1:${port}/${name}`,
    logFile,
    pid: child.pid,
    async kill() {
      Deno.kill(child.pid, "SIGKILL");
      const { signal } = await child.ended;
      if (signal !== "SIGKILL") throw new Error(`the isolate ended by itself before it was killed: ${signal}`);
    },
    stop: () => child.stop(),
  };
}
