import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Pack, PackFunction } from "../../cli/manifest.ts";
import { constantName, resourceFile } from "../generate_registry.ts";
import { projectFolder } from "../pack_folders.ts";

/** A pack as a project gets it: what is deployed of it. */
export interface PackFiles extends Pack {
  /** The texts by path; they import the package in place of shared/. */
  readonly texts: Readonly<Record<string, string>>;
}

/** Files beside the folders of a pack that are for this repository alone. */
const AT_HOME = ["verify.ts", "demo.ts"];

export async function readPack(pack: string): Promise<PackFiles> {
  const folder = join(projectFolder, "packs", pack);
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".ts"));
  const files = names.filter((name) => /^(?:resources|functions)\//.test(name) || !name.includes("/"))
    .filter((name) => !AT_HOME.includes(name)).sort();
  const read = files.map(async (name) => [name, packageText(await readFile(join(folder, name), "utf8"))] as const);
  const texts = Object.fromEntries(await Promise.all(read));
  return {
    after: await followed(folder),
    files,
    resources: await resourcesOf(pack, files),
    functions: functionsOf(texts),
    texts,
  };
}

/** A file of a pack, with the package in place of shared/. */
export function packageText(text: string): string {
  return text
    .replaceAll(/"(?:\.\.\/)+shared\/resource\/resource\.ts"/g, '"freshet/resource"')
    .replaceAll(/"(?:\.\.\/)+shared\/([\w/]+)\.ts"/g, '"freshet/shared/$1.js"');
}

/** The modules of shared/ that texts import from the package. */
export function sharedModulesOf(texts: readonly string[]): string[] {
  const found = texts.flatMap((text) => [...text.matchAll(/"freshet\/(shared\/[\w/]+)\.js"/g)]);
  return [...new Set(found.map(([, path = ""]) => `${path}.ts`))].sort();
}

async function followed(folder: string): Promise<readonly string[]> {
  const text = await readFile(join(folder, "pack.json"), "utf8").catch(() => "{}");
  return z.object({ after: z.array(z.string()).default([]) }).parse(JSON.parse(text)).after;
}

async function resourcesOf(pack: string, files: readonly string[]): Promise<Pack["resources"]> {
  const found = files.filter((name) => name.startsWith("resources/")).map(async (file) => {
    const { stem, name } = await resourceFile(pack, file.replace(/^resources\/|\.ts$/g, ""));
    return { name, file, constant: constantName(stem) };
  });
  return await Promise.all(found);
}

/** Each with the packages of its folder and of those that its files import. */
function functionsOf(texts: Readonly<Record<string, string>>): PackFunction[] {
  const entries = Object.keys(texts).flatMap((file) => /^functions\/([\w-]+)\/index\.ts$/.exec(file)?.[1] ?? []);
  return entries.map((name) => {
    const reached = new Set<string>();
    const follow = (file: string): void => {
      if (reached.has(file)) return;
      reached.add(file);
      for (const [, path = ""] of (texts[file] ?? "").matchAll(/(?:from|import\()\s*"(\.{1,2}\/[^"]+)"/g)) {
        follow(join(file, "..", path));
      }
    };
    follow(`functions/${name}/index.ts`);
    const imports = [...reached].flatMap((file) => [...(texts[file] ?? "").matchAll(/from "([^."][^"]*)"/g)]);
    return { name, imports: [...new Set(imports.map(([, written = ""]) => written))].sort() };
  });
}
