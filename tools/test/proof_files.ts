import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { projectFolder, spread } from "../pack_folders.ts";

/** The test files in these folders, and in those within them, that call proofs(), so whose counts differ in `deno task test:proofs`. */
export async function proofFiles(folders: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const folder of (await spread(folders)).filter((path) => !path.endsWith(".ts"))) {
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
