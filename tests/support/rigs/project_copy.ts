import { join } from "node:path";
import { projectFolder } from "../documents/documents.ts";

/** Folders that a clone would not have. */
const LEFT_OUT = new Set([".git", ".freshet", "node_modules", "dist"]);

/** Copies the project into a new folder, like a clone. */
export async function copyProject(to: string): Promise<void> {
  await copy(projectFolder, to);
}

/** Copies one folder of the project, and creates missing parent folders. */
export async function copyFolder(name: string, to: string): Promise<void> {
  await copy(join(projectFolder, name), join(to, name));
}

async function copy(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory, isFile } of Deno.readDir(from)) {
    if (LEFT_OUT.has(name)) continue;
    if (isDirectory) await copy(join(from, name), join(to, name));
    else if (isFile) await Deno.copyFile(join(from, name), join(to, name));
  }
}
