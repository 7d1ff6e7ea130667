/**
 * Builds shared/client as an npm package: `deno task build:client [folder]` writes dist/npm, or the given folder, ready
 * for `npm pack` or `npm publish`.
 */
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** Imported by name at run time only: every command downloads what the lock file lists, and this weighs 24 MB. */
const TYPESCRIPT = "npm:typescript@5.9.3/tsc";

const project = fileURLToPath(new URL("../", import.meta.url));

/** Empties the folder, then writes the package into it. */
export async function buildClient(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await compile(folder);
  await writeFile(join(folder, "package.json"), `${JSON.stringify(manifest(await version()), null, 2)}\n`);
  await copyFile(join(project, "docs/client.md"), join(folder, "README.md"));
  await copyFile(join(project, "LICENSE"), join(folder, "LICENSE"));
}

/** Compiles to ES modules, so that a bundler can leave out unused code. */
async function compile(folder: string): Promise<void> {
  const options = {
    target: "es2022",
    module: "esnext",
    moduleResolution: "bundler",
    // A browser's globals: a global of Deno or Node is a compile error.
    lib: "es2022,dom,dom.iterable",
    strict: "true",
    exactOptionalPropertyTypes: "true",
    noUncheckedIndexedAccess: "true",
    declaration: "true",
    rewriteRelativeImportExtensions: "true",
    outDir: folder,
  };
  const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  const entries = ["mod.ts", "react_query.ts"].map((name) => join(project, "shared/client", name));
  const args = ["run", "-A", "--quiet", "--no-lock", TYPESCRIPT, ...flags, ...entries];
  const { success, stdout } = await new Deno.Command(Deno.execPath(), { args, cwd: folder, stderr: "inherit" })
    .output();
  if (!success) throw new Error(`tsc refused the client:\n${new TextDecoder().decode(stdout)}`);
  // tsc does not rewrite the .ts endings of imports in declarations.
  for (const name of (await readdir(folder)).filter((candidate) => candidate.endsWith(".d.ts"))) {
    const path = join(folder, name);
    await writeFile(path, (await readFile(path, "utf8")).replaceAll(/(from "\.\/\w+)\.ts"/g, '$1.js"'));
  }
}

/** The newest version in the changelog; 0.0.0 before the first release. */
async function version(): Promise<string> {
  const changelog = await readFile(join(project, "CHANGELOG.md"), "utf8");
  return /^## \[?(\d+\.\d+\.\d+)/m.exec(changelog)?.[1] ?? "0.0.0";
}

function manifest(version: string) {
  return {
    name: "freshet-client",
    version,
    description: "Typed client of a Freshet analytics API, for browsers, Node and Deno",
    license: "MIT",
    type: "module",
    sideEffects: false,
    exports: {
      ".": { types: "./mod.d.ts", default: "./mod.js" },
      "./react-query": { types: "./react_query.d.ts", default: "./react_query.js" },
    },
    // Of the queries: they import nothing of it, and an application without it needs it not.
    peerDependencies: { "@tanstack/react-query": ">=5" },
    peerDependenciesMeta: { "@tanstack/react-query": { optional: true } },
    types: "./mod.d.ts",
    files: ["*.js", "*.d.ts", "README.md", "LICENSE"],
    engines: { node: ">=20" },
  };
}

if (import.meta.main) {
  const folder = resolve(Deno.args[0] ?? join(project, "dist/npm"));
  await buildClient(folder);
  console.log(`Wrote ${folder}`);
}
