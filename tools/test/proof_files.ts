import { join } from "node:path";
import { projectFolder, spread } from "../pack_folders.ts";

/** The test files in these folders that call proofs(), so whose counts differ in `deno task test:proofs`. */
export async function proofFiles(folders: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const folder of (await spread(folders)).filter((path) => !path.endsWith(".ts"))) {
    for await (const { name, isFile } of Deno.readDir(join(projectFolder, folder))) {
      const path = `${folder}/${name}`;
      if (isFile && name.endsWith("_test.ts") && await asksProofs(join(projectFolder, path))) files.push(path);
    }
  }
  return files.sort();
}

async function asksProofs(path: string): Promise<boolean> {
  return (await Deno.readTextFile(path)).includes("support/random/proofs.ts");
}
