import { join } from "node:path";
import { packNames, projectFolder } from "../../../tools/pack_folders.ts";
import { resources } from "../../../tools/resources.ts";
import { copyProject } from "./project_copy.ts";

export interface Checkout {
  readonly folder: string;
  /** Runs deno in the checkout. */
  deno(...args: string[]): Promise<{ readonly code: number; readonly output: string }>;
}

/** Runs a body with a checkout without these packs: their folders and their own migrations are deleted. */
export async function withoutPacks(left_out: readonly string[], body: (checkout: Checkout) => Promise<void>) {
  const home = await Deno.makeTempDir({ prefix: "freshet-packs-" });
  const folder = join(home, "freshet");
  try {
    await copyProject(folder);
    for (const pack of left_out) await Deno.remove(join(folder, "packs", pack), { recursive: true });
    const migrations = join(folder, "supabase/migrations");
    for await (const { name } of Deno.readDir(migrations)) {
      if (left_out.some((pack) => isOf(name, pack))) await Deno.remove(join(migrations, name));
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

function isOf(migration: string, pack: string): boolean {
  return migration.includes(`_${pack}__`) || migration.endsWith(`_${pack}.sql`);
}

/** The sets of packs to leave out: each pack with the packs that read its views, and all packs. */
export async function choices(): Promise<readonly (readonly string[])[]> {
  const packs = packNames();
  if (packs.length === 0) return [];
  const single = packs.map(async (pack) => {
    const names = await registeredBy(pack);
    const readers = resources.filter(({ view, reads = [] }) => [view, ...reads].some((name) => names.has(name)));
    return [...new Set([pack, ...readers.map((resource) => resource.pack)])].sort();
  });
  return [...await Promise.all(single), packs];
}

/** The views and live relations that the pack's migrations register. */
async function registeredBy(pack: string): Promise<ReadonlySet<string>> {
  const folder = join(projectFolder, "supabase/migrations");
  const names = new Set<string>();
  for await (const { name } of Deno.readDir(folder)) {
    if (!isOf(name, pack)) continue;
    const sql = await Deno.readTextFile(join(folder, name));
    for (const [, registered = ""] of sql.matchAll(/register_(?:view|live)\(\s*(?:view_)?name => '(\w+)'/g)) {
      names.add(registered);
    }
  }
  return names;
}
