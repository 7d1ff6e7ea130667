import { z } from "zod";
import { packNames, projectFolder } from "../pack_folders.ts";

/** A part of the database with a folder of its own and a baseline of its own. */
export interface Area {
  readonly name: string;
  /** Relative to the project. */
  readonly folder: string;
}

/** One file of an area: an object and what belongs to it. */
export interface SchemaFile {
  readonly area: string;
  /** Relative to the project. */
  readonly path: string;
  readonly sql: string;
}

/** The areas in the order in which they build on one another: core, audit, identity, and the packs. */
export async function listAreas(root: string = projectFolder): Promise<Area[]> {
  const fixed = ["core", "audit", "identity"].map((name) => ({ name, folder: `supabase/schemas/${name}` }));
  const packs = inOrder(packNames(root), await followers(root));
  return [...fixed, ...packs.map((name) => ({ name, folder: `packs/${name}/schema` }))];
}

/** All files of the areas, by area and path. */
export async function readSchemaFiles(root: string = projectFolder): Promise<SchemaFile[]> {
  const files: SchemaFile[] = [];
  for (const area of await listAreas(root)) {
    for (const path of await sqlFiles(root, area.folder)) {
      files.push({ area: area.name, path, sql: await Deno.readTextFile(`${root}${path}`) });
    }
  }
  return files;
}

async function sqlFiles(root: string, folder: string): Promise<string[]> {
  const paths: string[] = [];
  for (const { name, isDirectory } of await entriesOf(`${root}${folder}`)) {
    const path = `${folder}/${name}`;
    if (isDirectory) paths.push(...await sqlFiles(root, path));
    else if (path.endsWith(".sql")) paths.push(path);
  }
  return paths.sort();
}

/** No folder is nothing inside: a pack without tables of its own is a whole one. */
async function entriesOf(folder: string): Promise<Deno.DirEntry[]> {
  return await unlessMissing(() => Array.fromAsync(Deno.readDir(folder))) ?? [];
}

async function textOf(file: string): Promise<string | null> {
  return await unlessMissing(() => Deno.readTextFile(file));
}

async function unlessMissing<Result>(read: () => Promise<Result>): Promise<Result | null> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** Which packs come after which others, where those are there, by `after` of packs/<pack>/pack.json. */
async function followers(root: string): Promise<Map<string, readonly string[]>> {
  const after = new Map<string, readonly string[]>();
  for (const pack of packNames(root)) {
    const text = await textOf(`${root}packs/${pack}/pack.json`);
    if (text !== null) {
      after.set(pack, z.object({ after: z.array(z.string()).default([]) }).parse(JSON.parse(text)).after);
    }
  }
  return after;
}

function inOrder(packs: readonly string[], after: ReadonlyMap<string, readonly string[]>): string[] {
  const ordered = new Set<string>();
  const place = (pack: string): void => {
    if (ordered.has(pack) || !packs.includes(pack)) return;
    for (const earlier of after.get(pack) ?? []) place(earlier);
    ordered.add(pack);
  };
  packs.forEach(place);
  return [...ordered];
}
