/**
 * Refuses the name of a pack outside of packs: code for all packs may name none of them. The names are those of the
 * folders in packs/, so that adding or removing a pack does not change this file. `deno run -A
 * tools/check_pack_words.ts [folder]` prints each place and exits with 1 if there is any.
 */
import { readdir, readFile } from "node:fs/promises";
import { join, resolve, sep } from "node:path";
import { GENERATED_ENTRY } from "./generate_functions.ts";
import { packNames } from "./pack_folders.ts";

const FOLDERS = ["app", "cli", "shared", "stack", "supabase/functions", "supabase/schemas", "tools"];

/** Files that are generated from the packs, or belong to the sample data, which two packs share. */
const LEFT_OUT = [
  /^shared\/client\/(?:resources|packs|bounds)\.ts$/,
  /^stack\/npm\//,
  /^app\/(?:node_modules|dist)\//,
];

/** Every line that names a pack, as a sentence; an empty list means that there is none. */
export async function findPackWords(project: string): Promise<string[]> {
  const packs = packNames(project);
  if (packs.length === 0) return [];
  // A word within a name counts too, like "harbourOrg", "inHarbour" and "mv_harbour"; a longer word, like "harbouring",
  // is another.
  const small = packs.join("|");
  const capital = packs.map((pack) => pack.charAt(0).toUpperCase() + pack.slice(1)).join("|");
  const word = new RegExp(
    `(?<![A-Za-z])(?:${small})(?![a-z])|(?:${capital})(?![a-z])|\\b(?:${small.toUpperCase()})(?![A-Z])`,
  );
  const found: string[] = [];
  for (const file of await sourceFiles(project)) {
    const lines = (await readFile(join(project, file), "utf8")).split("\n");
    if (lines[0] === GENERATED_ENTRY) continue;
    for (const [index, line] of lines.entries()) {
      const [name] = word.exec(line) ?? [];
      if (name !== undefined) found.push(`${file}:${index + 1} names the pack ${name}: let the pack say it, in packs/`);
    }
  }
  return found;
}

async function sourceFiles(project: string): Promise<string[]> {
  const found: string[] = [];
  for (const folder of FOLDERS) {
    const names = await readdir(join(project, folder), { recursive: true }).catch(() => []);
    found.push(
      ...names.filter((name) => /\.(?:tsx?|sql)$/.test(name)).map((name) => join(folder, name).split(sep).join("/")),
    );
  }
  return found.filter((file) => !LEFT_OUT.some((pattern) => pattern.test(file))).sort();
}

if (import.meta.main) {
  const found = await findPackWords(resolve(Deno.args[0] ?? "."));
  for (const place of found) console.error(place);
  if (found.length > 0) Deno.exit(1);
  console.log("No pack is named outside of packs");
}
