import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Block, projectFolder } from "./documents.ts";

/** A block that shows a file of the project says which in its first line. */
const FILE = /^\/\/ ((?:shared\/packs|supabase\/functions)\/[\w/-]+\.ts)\n/;

/** What a block of a document may import of the project, beside packs. */
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
 * Type-checks TypeScript blocks, each as a module of its own, where its imports lead: one that names its file stands
 * there, beside the project's own rooms.
 *
 * @returns what the compiler said; nothing when all is well
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

/** The project's own, and the client by the name under which applications install it. */
async function configuration(): Promise<unknown> {
  const { imports, compilerOptions } = JSON.parse(await Deno.readTextFile(join(projectFolder, "deno.json")));
  const client = pathToFileURL(join(projectFolder, "shared/client/mod.ts")).href;
  return { imports: { ...imports, "freshet-client": client }, compilerOptions, unstable: ["no-legacy-abort"] };
}
