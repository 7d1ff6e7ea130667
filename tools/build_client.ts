/**
 * Builds shared/client as an npm package: `deno task build:client [folder]` writes dist/npm/freshet-client, or the given
 * folder, ready for `npm pack` or `npm publish`.
 */
import { copyFile, mkdir, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { projectFolder } from "./pack_folders.ts";
import { compile } from "./packages/typescript.ts";
import { readVersions } from "./packages/version.ts";

/** Empties the folder, then writes the package into it. */
export async function buildClient(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  // A browser's globals: a global of Deno or Node is a compile error.
  const entries = ["mod.ts", "react_query.ts"].map((name) => join(projectFolder, "shared/client", name));
  await compile(entries, { folder, lib: "es2022,dom,dom.iterable" });
  const { version } = await readVersions();
  await writeFile(join(folder, "package.json"), `${JSON.stringify(manifest(version), null, 2)}\n`);
  await copyFile(join(projectFolder, "docs/client.md"), join(folder, "README.md"));
  await copyFile(join(projectFolder, "LICENSE"), join(folder, "LICENSE"));
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
  const folder = resolve(Deno.args[0] ?? join(projectFolder, "dist/npm/freshet-client"));
  await buildClient(folder);
  console.log(`Wrote ${folder}`);
}
