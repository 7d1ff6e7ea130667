import { downloading, EDGE_RUNTIME_VERSION, edgeRuntime } from "../../stack/functions/edge_runtime.ts";

/** The Deno that runs the measured servers. */
export interface Runtime {
  readonly deno: string;
  readonly version: string;
  /** Variables for finding its packages, and for the network if a package is missing. */
  readonly environment: Readonly<Record<string, string>>;
}

/** The deployed runtime's Deno, or the one that runs this project's tasks. */
export type RuntimeName = "deployed" | "tasks";

let chosen: Promise<Runtime> | null = null;

/** Chooses the runtime, once for a run. */
export function chooseRuntime(name: RuntimeName): Promise<Runtime> {
  chosen = name === "deployed" ? deployed() : Promise.resolve(ofTasks());
  return chosen;
}

export function measuredRuntime(): Promise<Runtime> {
  return chosen ?? chooseRuntime("deployed");
}

async function deployed(): Promise<Runtime> {
  const runtime = await edgeRuntime();
  return { deno: runtime.deno, version: EDGE_RUNTIME_VERSION, environment: downloading(runtime) };
}

function ofTasks(): Runtime {
  const DENO_DIR = Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache/deno`;
  return { deno: Deno.execPath(), version: Deno.version.deno, environment: { DENO_DIR } };
}

/**
 * Downloads a module's imports before it is measured. With `lock`, writes their versions to a lock file: a deployed
 * function has fixed versions too, and resolves none at its start.
 */
export async function fetchImports(module: URL, config: URL, lock?: string): Promise<void> {
  const { deno, environment } = await measuredRuntime();
  const { success, stderr } = await new Deno.Command(deno, {
    args: [
      ...["cache", "--quiet", "--config", config.pathname],
      ...lock === undefined ? ["--no-lock"] : [`--lock=${lock}`],
      module.pathname,
    ],
    env: environment,
    stderr: "piped",
  }).output();
  if (!success) throw new Error(`${module.pathname} cannot be loaded: ${new TextDecoder().decode(stderr)}`);
}
