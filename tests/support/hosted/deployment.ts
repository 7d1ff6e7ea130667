import { deepEqual } from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findFunctions, type FoundFunction } from "../../../stack/functions/discovery.ts";
import { downloading, type EdgeRuntime, edgeRuntime } from "../../../stack/functions/edge_runtime.ts";
import { type ManagementApi, startManagementApi } from "../../../stack/management_api/mod.ts";
import { readProjectConfig } from "../../../stack/project_config.ts";
import { deployFunctions, type HostedTarget } from "../../../stack/supabase_cli.ts";

export const projectFolder: string = fileURLToPath(new URL("../../../", import.meta.url));

/** The functions as the real CLI uploaded them, each in a folder with only its own files. */
export interface Deployment {
  readonly api: ManagementApi;
  readonly target: HostedTarget;
  readonly functions: readonly FoundFunction[];
  /** Local paths of the uploaded files, by function and path. */
  readonly files: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** The deployed runtime, with an empty package cache of its own. */
  readonly runtime: EdgeRuntime;
  stop(): Promise<void>;
}

/** Deploys every function to the local substitute for the management API, as docs/deploy.md describes. */
export async function deploy(): Promise<Deployment> {
  const folder = await Deno.makeTempDir({ prefix: "freshet-deployed-" });
  const api = await startManagementApi(folder);
  const target = { ...api.project, projectFolder };
  // Without names the CLI deploys all.
  await deployFunctions(target, []);
  const functions = api.functions();
  const found = await findFunctions(projectFolder, await readProjectConfig(projectFolder));
  deepEqual(functions.map(({ name }) => name).sort(), found.map(({ name }) => name).sort());
  const listed = functions.map(async ({ name }) => [name, await filesBelow(join(folder, "deployed", name))] as const);
  const { deno } = await edgeRuntime();
  return {
    api,
    target,
    functions,
    files: Object.fromEntries(await Promise.all(listed)),
    runtime: { deno, cacheFolder: join(folder, "cache") },
    async stop() {
      await api.stop();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** Runs the deployed runtime's Deno and returns its output. */
export async function runDeployed(
  { deno, cacheFolder }: EdgeRuntime,
  args: readonly string[],
): Promise<{ success: boolean; stdout: string; stderr: string }> {
  const { success, stdout, stderr } = await new Deno.Command(deno, {
    args: [...args],
    env: downloading({ deno, cacheFolder }),
  }).output();
  const decoder = new TextDecoder();
  return { success, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

async function filesBelow(folder: string, path = ""): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const { name, isDirectory } of Deno.readDir(join(folder, path))) {
    if (isDirectory) Object.assign(found, await filesBelow(folder, join(path, name)));
    else found[join(path, name)] = join(folder, path, name);
  }
  return found;
}
