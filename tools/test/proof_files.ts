import { join } from "node:path";
import { fileURLToPath } from "node:url";

const projectFolder = fileURLToPath(new URL("../../", import.meta.url));

/** The test files in these folders of the project that ask proofs() how often to try. */
export async function proofFiles(folders: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const folder of folders) {
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
