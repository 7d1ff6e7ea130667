import { fileURLToPath } from "node:url";
import { buildClient } from "../../tools/build_client.ts";

const project = fileURLToPath(new URL("../../", import.meta.url));

/** An empty project into which the packed client was installed, as an application would. */
export interface InstalledPackage {
  readonly folder: string;
  /** Runs a program in the project. @throws Error with what it said, when it fails. */
  run(program: string, ...args: readonly string[]): Promise<string>;
  remove(): Promise<void>;
}

/**
 * Builds the client, packs it, and installs the tarball beside what the documents' examples use.
 *
 * @param more further packages of the application, with their versions
 */
export async function installPackage(more: readonly string[] = []): Promise<InstalledPackage> {
  const folder = await Deno.makeTempDir({ prefix: "freshet-client-" });

  async function run(program: string, ...args: readonly string[]): Promise<string> {
    const { success, stdout, stderr } = await new Deno.Command(program, { args: [...args], cwd: folder }).output();
    const [said, complained] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    if (!success) throw new Error(`${program} ${args.join(" ")} failed:\n${said}\n${complained}`);
    return said ?? "";
  }

  await buildClient(`${folder}/package`);
  await Deno.writeTextFile(`${folder}/package.json`, '{ "name": "application", "private": true, "type": "module" }');
  const packed = (await run("npm", "pack", "./package", "--silent")).trim();
  const supabase = await supabaseVersion();
  const others = [`@supabase/supabase-js@${supabase}`, "typescript@5.9.3", ...more];
  await run("npm", "install", "--silent", "--no-audit", "--no-fund", `./${packed}`, ...others);
  await Deno.remove(`${folder}/package`, { recursive: true });
  return { folder, run, remove: () => Deno.remove(folder, { recursive: true }) };
}

/** The version that deno.json pins. */
async function supabaseVersion(): Promise<string> {
  const { imports } = JSON.parse(await Deno.readTextFile(`${project}/deno.json`));
  return String(imports["@supabase/supabase-js"]).replace(/^.*@/, "");
}
