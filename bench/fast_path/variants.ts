import type { Edit } from "./memories.ts";

/** A copy of the product that is measured. */
export interface Variant {
  readonly name: string;
  readonly folder: string;
}

/** What the measured server imports. */
const PARTS = ["deno.json", "deno.lock", "packs", "shared", "tests/support", "tools"];

export async function copy(checkout: string, folder: string): Promise<string> {
  await Deno.mkdir(`${folder}/tests`, { recursive: true });
  await Deno.mkdir(`${folder}/bench`);
  for (const part of PARTS) await run(["cp", "-r", `${checkout}/${part}`, `${folder}/${part}`]);
  // The server is always this checkout's: an older one may have had none.
  await run(["cp", "-r", new URL(".", import.meta.url).pathname, `${folder}/bench/fast_path`]);
  return folder;
}

/** @throws Error where the code is no longer what the edit was written for. */
export async function edit(folder: string, edits: readonly Edit[]): Promise<void> {
  for (const { file, from, to } of edits) {
    const text = await Deno.readTextFile(`${folder}/${file}`);
    if (text.split(from).length !== 2) {
      throw new Error(`"${from}" is not in ${file} once: adapt bench/fast_path/memories.ts`);
    }
    await Deno.writeTextFile(`${folder}/${file}`, text.replace(from, to));
  }
}

async function run([command = "", ...args]: readonly string[]): Promise<void> {
  const { success } = await new Deno.Command(command, { args }).output();
  if (!success) throw new Error(`${command} ${args.join(" ")} failed`);
}
