import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { projectFolder, spread } from "../pack_folders.ts";

/** Of these files, and of those in these folders and below, the test files that call proofs(), so whose counts differ in `deno task test:proofs`. */
export async function proofFiles(folders: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const folder of await spread(folders)) {
    if (folder.endsWith(".ts")) {
      if (folder.endsWith("_test.ts") && await asksProofs(join(projectFolder, folder))) files.push(folder);
      continue;
    }
    for (const name of await readdir(join(projectFolder, folder), { recursive: true })) {
      const path = `${folder}/${name}`;
      if (name.endsWith("_test.ts") && await asksProofs(join(projectFolder, path))) files.push(path);
    }
  }
  return files.sort();
}

async function asksProofs(path: string): Promise<boolean> {
  return (await Deno.readTextFile(path)).includes("support/random/proofs.ts");
}
