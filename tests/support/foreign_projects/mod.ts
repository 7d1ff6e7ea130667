import { join } from "node:path";
import { copyFolder } from "../rigs/project_copy.ts";

/** Projects that are not ours: each has its migrations, a hook, and a view of its own to come in `schema/`. */
export const FOREIGN_PROJECTS = ["roles", "shop", "clubs"] as const;
export type ForeignProject = typeof FOREIGN_PROJECTS[number];

const HOME = "tests/support/foreign_projects";

/** Copies what the project has before Freshet. */
export async function copyForeign(name: ForeignProject, home: string): Promise<string> {
  await copyFolder(`${HOME}/${name}/supabase`, home);
  return join(home, HOME, name);
}

/** What its developers write after init: the migration of a view, and the resource over it. */
export async function writeOwnView(name: ForeignProject, folder: string): Promise<void> {
  const own = new URL(`./${name}/`, import.meta.url);
  const sql = await Deno.readTextFile(new URL(`schema/${name === "roles" ? "chat" : name}.sql`, own));
  const last = [...Deno.readDirSync(join(folder, "supabase/migrations"))].map((entry) => entry.name).sort().at(-1);
  const version = String(BigInt(last?.split("_")[0] ?? "0") + 1n);
  await Deno.writeTextFile(join(folder, "supabase/migrations", `${version}_own_view.sql`), sql);
  await copyTree(new URL("freshet/", own), `${folder}/freshet/`);
}

async function copyTree(from: URL, to: string): Promise<void> {
  const entries = await Array.fromAsync(Deno.readDir(from)).catch(() => []);
  await Deno.mkdir(to, { recursive: true });
  for (const { name, isDirectory } of entries) {
    if (isDirectory) await copyTree(new URL(`${name}/`, from), `${to}${name}/`);
    else await Deno.copyFile(new URL(name, from), `${to}${name}`);
  }
}
