/**
 * Checks over the real import graph that the arrows of ARCHITECTURE.md hold, that no files import each other in a
 * circle, and that only entry points use the console. `deno run -A tools/check_import_direction.ts [folder]` prints
 * each violation and exits with 1 if there is any.
 */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative, resolve, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { circlesIn } from "./import_circles.ts";
import { CONSOLE_USERS, ENTRY_POINT, LONGEST_ENTRY_POINT, packOf, partOf, WITHOUT_CIRCLES } from "./import_rules.ts";
import { type Import, importsFrom, packageName } from "./module_graph.ts";

const CHECKED_FOLDERS = ["app", "cli", "packs", "samples", "shared", "supabase/functions"];

/** Every violation in a project folder, as a sentence; an empty list means that the rules hold. */
export async function findViolations(project: string): Promise<string[]> {
  const files = await sourceFiles(project, CHECKED_FOLDERS);
  const all = await graphOf(project, await sourceFiles(project, WITHOUT_CIRCLES));
  const checked = new Set(files);
  const imports = all.filter(({ from }) => checked.has(pathOf(project, from) ?? ""));
  const texts = await Promise.all(
    files.map(async (file) => [file, await readFile(join(project, file), "utf8")] as const),
  );
  return [
    ...files.filter((file) => partOf(file) === undefined).map((file) =>
      `${file} belongs to no part: see tools/import_rules.ts`
    ),
    ...imports.flatMap((found) => judgeImport(project, found)),
    ...texts.flatMap(([file, text]) => judgeText(file, text)),
    ...judgeCircles(project, all),
  ];
}

async function sourceFiles(project: string, folders: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const folder of folders) {
    const names = await readdir(join(project, folder), { recursive: true }).catch(() => []);
    const ours = names.filter((name) => /\.tsx?$/.test(name) && !/(?:^|[/\\])(?:node_modules|dist)[/\\]/.test(name));
    found.push(...ours.map((name) => join(folder, name).split(sep).join("/")));
  }
  return found.sort();
}

/** Uses a temporary module that imports every file, so that a file without importers is checked too. */
async function graphOf(project: string, files: readonly string[]): Promise<Import[]> {
  const folder = await mkdtemp(join(tmpdir(), "freshet-imports-"));
  try {
    const entry = join(folder, "all.ts");
    await writeFile(
      entry,
      files.map((file) => `import ${JSON.stringify(pathToFileURL(join(project, file)).href)};`).join("\n"),
    );
    const imports = await importsFrom(entry, join(project, "deno.json"));
    return imports.filter(({ from }) => from !== pathToFileURL(entry).href);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function judgeImport(project: string, found: Import): string[] {
  const from = pathOf(project, found.from);
  const part = from === null ? undefined : partOf(from);
  if (from === null || part === undefined) return [];
  if (/^\.{0,2}\//.test(found.written)) {
    const to = found.to === null ? null : pathOf(project, found.to);
    if (to === null) return [`${from} imports "${found.written}", which is outside the project or does not exist`];
    const packs = [packOf(from), packOf(to)];
    if (packs.every((pack) => pack !== undefined) && packs[0] !== packs[1]) {
      return [`${from} imports ${to}: a pack may not import another pack`];
    }
    const target = partOf(to)?.name ?? "no part";
    const is_allowed = part.may_import === "any" || target === part.name ||
      part.may_import.includes(target) || part.may_import.includes(to);
    return is_allowed ? [] : [`${from} imports ${to}: ${part.name} may not import ${target}`];
  }
  const name = packageName(found.written);
  const is_allowed = part.packages === "any" || part.packages.includes(name);
  return is_allowed
    ? []
    : [`${from} imports the package ${name}: ${part.name} may import ${part.packages.join(", ") || "none"}`];
}

function judgeCircles(project: string, imports: readonly Import[]): string[] {
  const between = imports.flatMap((found) => {
    const from = pathOf(project, found.from);
    const to = found.to === null ? null : pathOf(project, found.to);
    const is_held = from !== null && WITHOUT_CIRCLES.some((folder) => from.startsWith(`${folder}/`));
    return is_held && to !== null ? [{ from, to }] : [];
  });
  return circlesIn(between).map((circle) =>
    `${
      circle.join(" imports ")
    }: a circle, also where only types are imported; move what both need to a file of its own`
  );
}

function judgeText(file: string, text: string): string[] {
  const lines = text.split("\n");
  const code = lines.filter((line) => !/^\s*(?:\/\/|\/?\*)/.test(line)).join("\n");
  const violations: string[] = [];
  if (/\bconsole\b/.test(code) && !CONSOLE_USERS.test(file)) {
    violations.push(`${file} uses the console: only entry points may; take a log as an argument`);
  }
  if (/\bDeno\./.test(code) && partOf(file)?.knows_deno === false) {
    violations.push(`${file} names Deno: take what it gives as an argument`);
  }
  const length = text.trimEnd().split("\n").length;
  if (ENTRY_POINT.test(file) && length > LONGEST_ENTRY_POINT) {
    violations.push(`${file} has ${length} lines, more than ${LONGEST_ENTRY_POINT}: move the logic to shared/http`);
  }
  return violations;
}

function pathOf(project: string, specifier: string): string | null {
  if (!specifier.startsWith("file:")) return null;
  const path = relative(project, fileURLToPath(specifier)).split(sep).join("/");
  return path.startsWith("..") ? null : path;
}

if (import.meta.main) {
  const violations = await findViolations(resolve(Deno.args[0] ?? "."));
  for (const violation of violations) console.error(violation);
  if (violations.length > 0) Deno.exit(1);
  console.log("Imports point one way");
}
