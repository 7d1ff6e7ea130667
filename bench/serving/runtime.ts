import { downloading, EDGE_RUNTIME_VERSION, edgeRuntime } from "../../stack/functions/edge_runtime.ts";

/** The Deno that servers run on while they are measured. */
export interface Runtime {
  readonly deno: string;
  readonly version: string;
  /** How it finds its packages, and the network where one is missing. */
  readonly environment: Readonly<Record<string, string>>;
}

/** The deployed runtime's, or the one that the tasks are typed with. */
export type RuntimeName = "deployed" | "tasks";

let chosen: Promise<Runtime> | null = null;

/** Decides once for a run. */
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
 * Fetches what a module imports, so that nothing is fetched while it is measured. With `lock`, writes down which versions
 * those are: a deployed function has its versions, and looks for none when it starts.
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
