import { type EdgeRuntime } from "../../../stack/functions/edge_runtime.ts";
import { runDeployed } from "./deployment.ts";

/** A name of the runtime that a file uses, like `node:crypto hash` or `Deno.env`. */
interface UsedName {
  readonly name: string;
  readonly file: string;
}

const MODULE = String.raw`["'](node:[\w/]+)["']`;
/** `import { hash }`, `export { hash }` and `const { hash } = await import(…)`: the names in the braces. */
const LISTS = [
  new RegExp(String.raw`\b(?:import|export)\s+(?:[\w$]+\s*,\s*)?\{([^}]*)\}\s*from\s*${MODULE}`, "g"),
  new RegExp(String.raw`\{([^{}]*)\}\s*=\s*await\s+import\(\s*${MODULE}`, "g"),
];
/**
 * `import crypto from`, `import * as crypto from` and `crypto = await import(…)`: the local name of the whole module.
 */
const WHOLES = [
  new RegExp(String.raw`\bimport\s+(?:\*\s*as\s+)?([\w$]+)(?:\s*,\s*\{[^}]*\})?\s+from\s*${MODULE}`, "g"),
  new RegExp(String.raw`([\w$]+)\s*=\s*await\s+import\(\s*${MODULE}`, "g"),
];
/** `(await import(…)).hash`. */
const AT_ONCE = new RegExp(String.raw`\bimport\(\s*${MODULE}\s*\)\s*\)\s*\.\s*(\w+)`, "g");
const MODULES = new RegExp(String.raw`(?:import|from)\s*\(?\s*${MODULE}`, "g");
const MEMBER = String.raw`\s*(?:\?\.|\.|(?:\?\.)?\[\s*["'])\s*(\w+)`;
const GLOBAL_LIST = /\{([^{}]*)\}\s*=\s*(?:globalThis\s*\.\s*)?Deno\b/g;

/** Every `node:` module and export, and every member of `Deno`, that these files use. Names in comments count too. */
function usedNames(files: Readonly<Record<string, string>>): UsedName[] {
  return Object.entries(files).flatMap(([file, text]) => {
    const modules = [...text.matchAll(MODULES)].map(([, module = ""]) => module);
    const listed = LISTS.flatMap((form) => [...text.matchAll(form)]).flatMap(([, names = "", module = ""]) =>
      namesIn(names).map((name) => `${module} ${name}`)
    );
    const ofWholes = WHOLES.flatMap((form) => [...text.matchAll(form)]).flatMap(([, local = "", module = ""]) =>
      membersOf(local, text).map((name) => `${module} ${name}`)
    );
    const atOnce = [...text.matchAll(AT_ONCE)].map(([, module = "", name = ""]) => `${module} ${name}`);
    const global = [
      ...membersOf("Deno", text),
      ...[...text.matchAll(GLOBAL_LIST)].flatMap(([, names = ""]) => namesIn(names)),
    ];
    const names = [...listed, ...ofWholes, ...atOnce, ...modules, ...global.map((name) => `Deno.${name}`)];
    return [...new Set(names)].map((name) => ({ name, file }));
  });
}

/** The imported names in a list: `hash as digest, type Hash, hash: digest, hash = null` has `hash` three times. */
function namesIn(braces: string): string[] {
  return braces.split(",").map((one) => one.trim()).filter((one) => /^[\w$]/.test(one) && !one.startsWith("type "))
    .map((one) => one.split(/\s+as\s+|\s*[:=]/)[0] ?? "");
}

function membersOf(local: string, text: string): string[] {
  const form = new RegExp(String.raw`(?<![\w$])${local.replaceAll("$", "\\$")}${MEMBER}`, "g");
  return [...text.matchAll(form)].map(([, member = ""]) => member);
}

/** A script that checks each name in the runtime itself. */
const PROBE = `
const missing = [];
for (const name of JSON.parse(Deno.args[0])) {
  if (name.startsWith("Deno.")) {
    if (!(name.slice(5) in Deno)) missing.push(name);
    continue;
  }
  const [module, member] = name.split(" ");
  const loaded = await import(module).catch(() => null);
  const has = (one) => one in loaded || one in Object(loaded.default);
  if (loaded === null || (member !== undefined && !has(member))) missing.push(name);
}
console.log(JSON.stringify(missing));`;

/** The names in these files that the runtime lacks, each with the file that uses it. */
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
