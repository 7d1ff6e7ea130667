import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Block, projectFolder } from "./documents.ts";

/** The first line of a block that shows a file of the project names the file. */
const FILE = /^\/\/ ((?:packs|freshet\/packs|supabase\/functions)\/[\w/-]+\.ts)\n/;

/** The rooms that a block may import, besides packs. */
const ROOMS = [
  "kernel",
  "resource",
  "access",
  "cache",
  "read",
  "limits",
  "audit",
  "ops",
  "http",
  "adapters",
  "platform.ts",
];

/**
 * Type-checks TypeScript blocks, each as a module in a folder where its imports resolve: a block that names its file is
 * placed there, beside the project's rooms.
 *
 * @returns the compiler's errors; empty if there are none
 */
export async function typeCheck(blocks: readonly Block[]): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "freshet-documents-" });
  try {
    await Deno.mkdir(join(folder, "shared"));
    for (const name of ROOMS) {
      await Deno.symlink(join(projectFolder, "shared", name), join(folder, "shared", name));
    }
    const config = join(folder, "deno.json");
    await Deno.writeTextFile(config, JSON.stringify(await configuration()));
    const files: string[] = [];
    for (const block of blocks) {
      const named = FILE.exec(block.text)?.[1];
      const file = join(folder, named ?? `${block.document.replaceAll("/", ".")}.${block.line}.ts`);
      await Deno.mkdir(dirname(file), { recursive: true });
      await Deno.writeTextFile(file, `${block.text}\nexport {};\n`);
      files.push(file);
    }
    if (files.length === 0) return "";
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--quiet", "--config", config, ...files],
      env: { NO_COLOR: "1" },
      stdout: "null",
      stderr: "piped",
    }).output();
    return success ? "" : new TextDecoder().decode(stderr);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The project's deno.json, with what is published under its package names. */
async function configuration(): Promise<unknown> {
  const { imports, compilerOptions } = JSON.parse(await Deno.readTextFile(join(projectFolder, "deno.json")));
  const published = {
    "freshet-client": "shared/client/mod.ts",
    "freshet/resource": "shared/resource/resource.ts",
    "freshet/registry": "shared/resource/registry.ts",
  };
  const modules = Object.entries(published).map((
    [name, path],
  ) => [name, pathToFileURL(join(projectFolder, path)).href]);
  return { imports: { ...imports, ...Object.fromEntries(modules) }, compilerOptions, unstable: ["no-legacy-abort"] };
}
