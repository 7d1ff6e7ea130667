/**
 * Writes supabase/functions/<name>/deno.json: the part of the root's import map that the function uses, because a
 * deployed function sees only its own deno.json. `--check` writes nothing and fails if one is not current.
 */
import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { keepCurrent } from "./generated_file.ts";
import { importsFrom } from "./module_graph.ts";

const ROOT = new URL("../", import.meta.url);
const FUNCTIONS = new URL("supabase/functions/", ROOT);
const CONFIG = fileURLToPath(new URL("deno.json", ROOT));

const config = z.object({ imports: z.record(z.string(), z.string()) });

/** The function's import map: the packages that it imports, at the root's versions. */
export function functionConfig(
  root_imports: Readonly<Record<string, string>>,
  written: ReadonlySet<string>,
): string {
  const names = [...written].filter((name) => !name.startsWith(".") && !name.startsWith("node:")).sort();
  const unknown = names.find((name) => root_imports[name] === undefined);
  if (unknown !== undefined) {
    throw new Error(`"${unknown}" is imported but not pinned: add it to the imports of the root deno.json`);
  }
  const imports = Object.fromEntries(names.map((name) => [name, root_imports[name]]));
  // No lock of its own: the root's deno.lock holds every version and hash.
  return `${JSON.stringify({ imports, lock: false }, null, 2)}\n`;
}

async function syncFunction(name: string, check: boolean): Promise<boolean> {
  const entry = fileURLToPath(new URL(`${name}/index.ts`, FUNCTIONS));
  const imports = await importsFrom(entry, CONFIG);
  const ours = imports.filter(({ from }) => from.startsWith("file:"));
  const root = config.parse(JSON.parse(await readFile(CONFIG, "utf8")));
  return await keepCurrent({
    file: new URL(`${name}/deno.json`, FUNCTIONS),
    content: functionConfig(root.imports, new Set(ours.map(({ written }) => written))),
    check,
    remedy: "deno run -A tools/sync_function_imports.ts",
  });
}

/** The folders with an index.ts; the CLI ignores those that begin with an underscore. */
async function functionNames(): Promise<string[]> {
  const folders = await readdir(FUNCTIONS, { withFileTypes: true });
  const candidates = folders.filter((folder) => folder.isDirectory() && !folder.name.startsWith("_"));
  const found = await Promise.all(candidates.map(async ({ name }) => {
    const names = await readdir(new URL(`${name}/`, FUNCTIONS));
    return names.includes("index.ts") ? [name] : [];
  }));
  return found.flat().sort();
}

if (import.meta.main) {
  const check = Deno.args.includes("--check");
  const results = await Promise.all((await functionNames()).map((name) => syncFunction(name, check)));
  Deno.exit(results.every(Boolean) ? 0 : 1);
}
