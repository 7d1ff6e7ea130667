import { createHash } from "node:crypto";
import { join, relative } from "node:path";
import { packNames } from "../../tools/pack_folders.ts";
import { installLocked, runNode } from "../node_command.ts";

/** Not read by the build, or written by it. */
const LEFT_OUT = /^(?:node_modules|dist|tests|\.dist-.*)$/;

/**
 * Builds `app/` with the pages of all packs, unless the last build was of the same sources, and gives the folder of the
 * files to serve. A second start waits for the first one's build.
 *
 * @throws StackError when npm cannot install what the build needs, or when the sources do not build
 */
export async function buildPages(projectFolder: string, report: (line: string) => void): Promise<string> {
  const app = join(projectFolder, "app");
  const built = join(app, "dist");
  using lock = await Deno.open(join(app, "package.json"));
  await lock.lock(true);
  const stamp = await hashOf(await sources(projectFolder), projectFolder);
  if (await textOf(join(built, ".stamp")) === stamp) return built;

  await installPackages(app, report);
  report("building the pages");
  const fresh = join(app, `.dist-${Deno.pid}`);
  try {
    await runNode(join(app, "node_modules/.bin/vite"), ["build", "--outDir", fresh, "--logLevel", "warn"], app, REMEDY);
    await Deno.writeTextFile(join(fresh, ".stamp"), stamp);
    // The pages of before stay until the new ones are whole.
    await Deno.remove(built, { recursive: true }).catch(() => {});
    await Deno.rename(fresh, built);
  } finally {
    await Deno.remove(fresh, { recursive: true }).catch(() => {}); // renamed, unless something failed
  }
  return built;
}

async function installPackages(app: string, report: (line: string) => void): Promise<void> {
  const stampFile = join(app, "node_modules", ".freshet-stamp");
  const stamp = await hashOf([join(app, "package.json"), join(app, "package-lock.json")], app);
  if (await textOf(stampFile) === stamp) return;
  report("installing what builds the pages (once, some seconds)");
  await installLocked(app, REMEDY);
  await Deno.writeTextFile(stampFile, stamp);
}

/** Every file that the build reads, in an order that does not change. */
async function sources(projectFolder: string): Promise<string[]> {
  const ofPacks = packNames(projectFolder).map((pack) => `packs/${pack}/pages`);
  const folders = ["app", "shared/client", ...ofPacks];
  const found = await Promise.all(folders.map((folder) => filesIn(join(projectFolder, folder))));
  return found.flat().sort();
}

async function filesIn(folder: string): Promise<string[]> {
  const found: string[] = [];
  try {
    for await (const { name, isDirectory, isFile } of Deno.readDir(folder)) {
      if (LEFT_OUT.test(name)) continue;
      if (isDirectory) found.push(...await filesIn(join(folder, name)));
      else if (isFile) found.push(join(folder, name));
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error; // a pack without pages
  }
  return found;
}

async function hashOf(files: readonly string[], folder: string): Promise<string> {
  const hash = createHash("sha256");
  for (const file of files) hash.update(`${relative(folder, file)}\0`).update(await Deno.readFile(file)).update("\0");
  return hash.digest("hex");
}

function textOf(file: string): Promise<string | null> {
  return Deno.readTextFile(file).catch(() => null);
}

const REMEDY =
  "see that Node.js 20.19 or newer is on PATH and that the npm registry can be reached (npm ping), or that " +
  "the sources build (npm run build in app/), then start again. Everything but the pages runs without them";
