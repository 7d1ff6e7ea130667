import { join } from "node:path";
import { defaultFunctionSettings, type ProjectConfig } from "../project_config.ts";

/** One edge function as the CLI would deploy it. */
export interface FoundFunction {
  name: string;
  entrypoint: string;
  /** Its deno.json. */
  config: string;
  verifyJwt: boolean;
}

/** Every folder of supabase/functions with an index.ts, except those that config.toml switches off; sorted by name. */
export async function findFunctions(projectFolder: string, project: ProjectConfig): Promise<FoundFunction[]> {
  const supabaseFolder = join(projectFolder, "supabase");
  const found: FoundFunction[] = [];
  for (const name of await folderNames(join(supabaseFolder, "functions"))) {
    const settings = project.functions[name] ?? defaultFunctionSettings;
    // Paths in config.toml start at the folder that it lies in.
    const entrypoint = join(supabaseFolder, settings.entrypoint ?? join("functions", name, "index.ts"));
    const config = join(supabaseFolder, settings.import_map ?? join("functions", name, "deno.json"));
    if (!settings.enabled || !await exists(entrypoint)) continue;
    found.push({ name, entrypoint, config, verifyJwt: settings.verify_jwt });
  }
  return found;
}

async function folderNames(folder: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const entry of Deno.readDir(folder)) if (entry.isDirectory) names.push(entry.name);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return names.sort();
}

async function exists(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    return false;
  }
}
