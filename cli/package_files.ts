import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Manifest } from "./manifest.ts";

/** The package that runs: what it holds for a project. */
export interface Package {
  readonly manifest: Manifest;
  /** The text of a migration, by `<area>__<what>`. */
  migration(name: string): Promise<string>;
  /** The text of a pack's file. */
  packFile(pack: string, file: string): Promise<string>;
}

/** Reads the package in this folder, with a slash at its end. */
export async function readPackage(folder: URL): Promise<Package> {
  const textOf = (path: string) => readFile(fileURLToPath(new URL(path, folder)), "utf8");
  return {
    manifest: JSON.parse(await textOf("manifest.json")),
    migration: (name) => textOf(`sql/${name}.sql`),
    packFile: (pack, file) => textOf(`packs/${pack}/${file}`),
  };
}
