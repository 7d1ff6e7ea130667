import { join } from "node:path";
import { z } from "zod";
import type { FoundFunction } from "../../../stack/functions/discovery.ts";
import type { EdgeRuntime } from "../../../stack/functions/edge_runtime.ts";
import { runDeployed } from "./deployment.ts";

/** A package at the version that a deployment would get today. */
export interface Package {
  readonly name: string;
  readonly version: string;
  /** The folder of the unpacked package. */
  readonly folder: string;
  /** Its dependencies: name and version range. */
  readonly ranges: Readonly<Record<string, string>>;
}

const info = z.object({ npmPackages: z.record(z.string(), z.object({ name: z.string(), version: z.string() })) });
const manifest = z.looseObject({
  dependencies: z.record(z.string(), z.string()).default({}),
  peerDependencies: z.record(z.string(), z.string()).default({}),
});

/** Every package of a function, resolved by the deployed runtime without a lock file, as on the platform. */
export async function deployedPackages(
  runtime: EdgeRuntime,
  { config, entrypoint }: FoundFunction,
): Promise<Package[]> {
  const options = ["--no-lock", "--config", config];
  const cached = await runDeployed(runtime, ["cache", "--quiet", ...options, entrypoint]);
  if (!cached.success) throw new Error(cached.stderr);
  const asked = await runDeployed(runtime, ["info", "--json", ...options, entrypoint]);
  const packages = Object.values(info.parse(JSON.parse(asked.stdout)).npmPackages);
  const registry = await onlyFolder(join(runtime.cacheFolder, "npm"));
  return await Promise.all(packages.map(async ({ name, version }) => {
    const folder = join(registry, name, version);
    const { dependencies, peerDependencies } = manifest.parse(
      JSON.parse(await Deno.readTextFile(join(folder, "package.json"))),
    );
    return { name, version, folder, ranges: { ...dependencies, ...peerDependencies } };
  }));
}

/** `name@version` of every package in deno.lock, which the tests use. */
export async function lockedVersions(): Promise<ReadonlySet<string>> {
  const lock = z.object({ npm: z.record(z.string(), z.unknown()) })
    .parse(JSON.parse(await Deno.readTextFile(new URL("../../../deno.lock", import.meta.url))));
  return new Set(Object.keys(lock.npm).map((key) => /^@?[^@]+@[^_]+/.exec(key)?.[0] ?? key));
}

async function onlyFolder(folder: string): Promise<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) if (isDirectory) return join(folder, name);
  throw new Error(`${folder} holds no packages`);
}
