import { type EdgeRuntime } from "../../stack/functions/edge_runtime.ts";
import { runDeployed } from "./deployment.ts";

/** A name of the runtime that a file uses, like `node:crypto hash` or `Deno.env`. */
interface UsedName {
  readonly name: string;
  readonly file: string;
}

const IMPORT = /import\s+(?:type\s+)?(?:[\w$]+\s*,\s*)?\{([^}]*)\}\s*from\s*["'](node:[\w/]+)["']/g;
const WHOLE = /(?:import|from)\s*\(?\s*["'](node:[\w/]+)["']/g;
const GLOBAL = /\bDeno\.(\w+)/g;

/** Every `node:` module and export, and every member of `Deno`, that these files name. Comments count: better once too often. */
function usedNames(files: Readonly<Record<string, string>>): UsedName[] {
  return Object.entries(files).flatMap(([file, text]) => {
    const exports = [...text.matchAll(IMPORT)].flatMap(([statement, names = "", module = ""]) =>
      /^import\s+type/.test(statement) ? [] : names.split(",").map((one) => one.trim()).filter((one) => one !== "")
        .filter((one) => !one.startsWith("type ")).map((one) => `${module} ${one.split(/\s+as\s+/)[0]}`)
    );
    const modules = [...text.matchAll(WHOLE)].map(([, module = ""]) => module);
    const members = [...text.matchAll(GLOBAL)].map(([, member = ""]) => `Deno.${member}`);
    return [...new Set([...exports, ...modules, ...members])].map((name) => ({ name, file }));
  });
}

/** Asks the runtime itself, name by name. */
const PROBE = `
const missing = [];
for (const name of JSON.parse(Deno.args[0])) {
  if (name.startsWith("Deno.")) {
    if (!(name.slice(5) in Deno)) missing.push(name);
    continue;
  }
  const [module, member] = name.split(" ");
  const loaded = await import(module).catch(() => null);
  if (loaded === null || (member !== undefined && !(member in loaded))) missing.push(name);
}
console.log(JSON.stringify(missing));`;

/** Which of the names that these files use the runtime does not have, each with the file that uses it. */
export async function missingNames(runtime: EdgeRuntime, files: Readonly<Record<string, string>>): Promise<string[]> {
  const used = usedNames(files);
  const probe = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(probe, PROBE);
    const names = JSON.stringify([...new Set(used.map(({ name }) => name))]);
    const { success, stdout, stderr } = await runDeployed(runtime, ["run", "--no-lock", "--no-config", probe, names]);
    if (!success) throw new Error(`The runtime could not be asked for its names: ${stderr}`);
    const missing = new Set<string>(JSON.parse(stdout));
    return used.filter(({ name }) => missing.has(name)).map(({ name, file }) => `${name}, in ${file}`);
  } finally {
    await Deno.remove(probe);
  }
}
