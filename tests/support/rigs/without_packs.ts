import { join } from "node:path";
import { packNames } from "../../../tools/pack_folders.ts";
import { copyProject } from "./project_copy.ts";

export interface Checkout {
  readonly folder: string;
  /** Runs deno in it. */
  deno(...args: string[]): Promise<{ readonly code: number; readonly output: string }>;
}

/** A checkout from which these packs were deleted: their folders, and the migrations that are theirs alone. */
export async function withoutPacks(left_out: readonly string[], body: (checkout: Checkout) => Promise<void>) {
  const home = await Deno.makeTempDir({ prefix: "freshet-packs-" });
  const folder = join(home, "freshet");
  try {
    await copyProject(folder);
    for (const pack of left_out) await Deno.remove(join(folder, "packs", pack), { recursive: true });
    const migrations = join(folder, "supabase/migrations");
    for await (const { name } of Deno.readDir(migrations)) {
      if (left_out.some((pack) => name.includes(`_${pack}__`) || name.endsWith(`_${pack}.sql`))) {
        await Deno.remove(join(migrations, name));
      }
    }
    await body({
      folder,
      async deno(...args) {
        const command = new Deno.Command(Deno.execPath(), { args, cwd: folder, env: { NO_COLOR: "1" } });
        const { code, stdout, stderr } = await command.output();
        const [out = "", err = ""] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
        return { code, output: out + err };
      },
    });
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

/** What may be left out: each pack by itself, and all of them. */
export function choices(): readonly (readonly string[])[] {
  const packs = packNames();
  return packs.length === 0 ? [] : [...packs.map((pack) => [pack]), packs];
}
