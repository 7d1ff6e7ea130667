import { join } from "node:path";
import { buildFreshet } from "../../../tools/build_packages.ts";
import { readVersions } from "../../../tools/packages/version.ts";
import { type NpmRegistry, startNpmRegistry } from "./npm_registry.ts";

export interface Ran {
  readonly code: number;
  readonly said: string;
}

/** The packed package in a registry, and an older version of it, which lacks the newest migration. */
export interface Npx {
  readonly version: string;
  readonly older: string;
  /** Variables with which npm and Deno find it, and keep what they download in a folder of this run. */
  readonly environment: Readonly<Record<string, string>>;
  /** `npx -y freshet@<version> …` in a project. */
  freshet(folder: string, version: string, ...args: readonly string[]): Promise<Ran>;
  stop(): Promise<void>;
}

export async function startNpx(): Promise<Npx> {
  const home = await Deno.makeTempDir({ prefix: "freshet-npx-" });
  const registry: NpmRegistry = await startNpmRegistry();
  const { version } = await readVersions();
  const older = "0.0.9";
  await buildFreshet(join(home, "newer"));
  await run("cp", ["-r", join(home, "newer"), join(home, "older")], home);
  await makeOlder(join(home, "older"), older);
  for (const name of ["older", "newer"]) {
    const packed = await run("npm", ["pack", "--silent", `./${name}`], home);
    await registry.publish(join(home, packed.said.trim()));
  }
  const environment = {
    NPM_CONFIG_REGISTRY: registry.url,
    // An npx that started this process has set these, and they win over the same in capitals.
    npm_config_registry: registry.url,
    npm_config_cache: join(home, "npm"),
    DENO_DIR: join(home, "deno"),
    npm_config_loglevel: "error",
    NO_COLOR: "1",
  };
  return {
    version,
    older,
    environment,
    freshet: (folder, wanted, ...args) => run("npx", ["-y", `freshet@${wanted}`, ...args], folder, environment),
    async stop() {
      await registry.stop();
      await Deno.remove(home, { recursive: true });
    },
  };
}

async function makeOlder(folder: string, version: string): Promise<void> {
  for (const file of ["package.json", "manifest.json"]) {
    const path = join(folder, file);
    const written = JSON.parse(await Deno.readTextFile(path));
    const migrations = written.migrations?.slice(0, -1);
    await Deno.writeTextFile(path, JSON.stringify({ ...written, version, ...(migrations && { migrations }) }));
  }
}

async function run(
  program: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  const { code, stdout, stderr } = await new Deno.Command(program, { args: [...args], cwd, env, stdin: "null" })
    .output();
  const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  return { code, said };
}
