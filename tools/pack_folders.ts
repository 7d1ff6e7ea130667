import { readdirSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const projectFolder = fileURLToPath(new URL("../", import.meta.url));

/** The names of the packs: the folders in packs/. A checkout may have none. */
export function packNames(project = projectFolder): string[] {
  try {
    return readdirSync(join(project, "packs"), { withFileTypes: true })
      .filter((entry) => entry.isDirectory()).map(({ name }) => name).sort();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}

/** Expands `packs/*` in paths to each pack that has such a file or folder, and a final `*.ts` to the files. */
export async function spread(paths: readonly string[], project = projectFolder): Promise<string[]> {
  const found: string[] = [];
  for (const path of paths) {
    if (!path.startsWith("packs/*/")) {
      found.push(path);
      continue;
    }
    for (const pack of packNames(project)) {
      const inPack = path.replace("*", pack);
      if (inPack.endsWith("/*.ts")) {
        const folder = inPack.slice(0, -"/*.ts".length);
        const names = (await readdir(join(project, folder))).filter((name) => name.endsWith(".ts")).sort();
        found.push(...names.map((name) => `${folder}/${name}`));
      } else if (await stat(join(project, inPack)).then(() => true, () => false)) found.push(inPack);
    }
  }
  return found;
}
