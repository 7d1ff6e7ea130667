import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Imported by name at run time only: every command downloads what the lock file lists, and this weighs 24 MB. */
const TYPESCRIPT = "npm:typescript@5.9.3/tsc";

const OPTIONS = {
  target: "es2022",
  // So that a bundler can leave out unused code.
  module: "esnext",
  moduleResolution: "bundler",
  strict: "true",
  exactOptionalPropertyTypes: "true",
  noUncheckedIndexedAccess: "true",
  declaration: "true",
  rewriteRelativeImportExtensions: "true",
};

/**
 * Compiles modules and what they import to ES modules with declarations, in `folder`.
 *
 * @throws Error with what the compiler said
 */
export async function compile(
  modules: readonly string[],
  { folder, ...more }: Readonly<Record<string, string>> & { readonly folder: string },
): Promise<void> {
  const flags = Object.entries({ ...OPTIONS, ...more, outDir: folder }).flatMap((
    [name, value],
  ) => [`--${name}`, value]);
  const args = ["run", "-A", "--quiet", "--no-lock", TYPESCRIPT, ...flags, ...modules];
  const { success, stdout } = await new Deno.Command(Deno.execPath(), { args, cwd: folder, stderr: "inherit" })
    .output();
  if (!success) throw new Error(`tsc refused the modules:\n${new TextDecoder().decode(stdout)}`);
  // tsc does not rewrite the .ts endings of imports in declarations.
  for (const name of (await readdir(folder, { recursive: true })).filter((one) => one.endsWith(".d.ts"))) {
    const path = join(folder, name);
    const text = await readFile(path, "utf8");
    await writeFile(path, text.replaceAll(/((?:from |import\()"\.{1,2}\/[\w./-]+)\.ts"/g, '$1.js"'));
  }
}
