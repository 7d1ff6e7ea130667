/**
 * Builds both npm packages: `deno task build:packages [folder]` writes dist/npm/freshet and dist/npm/freshet-client, or the
 * same two into the given folder, ready for `npm pack` or `npm publish`.
 */
import { copyFile, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { Manifest } from "../cli/manifest.ts";
import { buildClient } from "./build_client.ts";
import { packNames, projectFolder } from "./pack_folders.ts";
import { objectsOf } from "./packages/objects.ts";
import { type PackFiles, readPack, sharedModulesOf } from "./packages/pack_files.ts";
import { compile } from "./packages/typescript.ts";
import { readVersions } from "./packages/version.ts";
import { listAreas, readSchemaFiles } from "./schema/areas.ts";

/** What projects import, by the path after the package's name. Each function loads only its own module. */
const EXPORTS: Readonly<Record<string, string>> = {
  "server/analytics": "shared/functions/analytics.ts",
  "server/cron-audit": "shared/functions/cron_audit.ts",
  "server/export": "shared/functions/export.ts",
  registry: "shared/resource/registry.ts",
  resource: "shared/resource/resource.ts",
};
const CLI = "cli/main.ts";
/** Folders of sources that are compiled as far as the exports, the CLI and the packs' functions reach. */
const SOURCES = ["shared", "cli", "tools/doctor", "stack/command_words.ts", "stack/stack_error.ts"];

export async function buildPackages(folder: string): Promise<void> {
  await buildClient(join(folder, "freshet-client"));
  await buildFreshet(join(folder, "freshet"));
}

/** Empties the folder, then writes the package into it. */
export async function buildFreshet(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const { version, imports } = await readVersions();
  const packs = Object.fromEntries(
    await Promise.all(packNames().map(async (pack) => [pack, await readPack(pack)] as const)),
  );
  await writePacks(folder, packs);
  const modules = sharedModulesOf(Object.values(packs).flatMap(({ texts }) => Object.values(texts)));
  await compileInto(folder, [...Object.values(EXPORTS), ...modules, CLI], imports);
  const manifest = { version, ...await writeMigrations(folder), packs: described(packs), imports };
  await writeFile(join(folder, "manifest.json"), json(used(manifest)));
  const dependencies = await dependenciesOf(folder, imports);
  await writeFile(join(folder, "package.json"), json(packageManifest(version, dependencies)));
  const page = await readFile(join(projectFolder, "docs/existing-project.md"), "utf8");
  // Its links lead to pages that the package does not hold.
  await writeFile(join(folder, "README.md"), page.replaceAll(/\[([^\]]+)\]\((?!https:)[^)]+\)/g, "$1"));
  await copyFile(join(projectFolder, "LICENSE"), join(folder, "LICENSE"));
}

async function writePacks(folder: string, packs: Readonly<Record<string, PackFiles>>): Promise<void> {
  for (const [pack, { texts }] of Object.entries(packs)) {
    for (const [file, text] of Object.entries(texts)) {
      const path = join(folder, "packs", pack, file);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, text);
    }
  }
}

/** Compiled beside the packages that they import: without those a declaration would say `any`. */
async function compileInto(
  folder: string,
  modules: readonly string[],
  imports: Readonly<Record<string, string>>,
): Promise<void> {
  const sources = await mkdtemp(join(tmpdir(), "freshet-package-"));
  try {
    for (const path of SOURCES) {
      const filter = (from: string) => !from.startsWith(join(projectFolder, "shared/client"));
      await cp(join(projectFolder, path), join(sources, path), { recursive: true, filter });
    }
    await writeFile(
      join(sources, "package.json"),
      json({ private: true, dependencies: await dependenciesOf(sources, imports) }),
    );
    await run(
      "npm",
      ["install", "--silent", "--no-audit", "--no-fund", "--prefer-offline", "--ignore-scripts"],
      sources,
    );
    await compile(modules.map((path) => join(sources, path)), {
      folder,
      rootDir: sources,
      lib: "esnext,dom,dom.iterable,dom.asynciterable",
      resolveJsonModule: "true",
      skipLibCheck: "true",
      // `deno check` knows the global Deno, and has checked the same files.
      noCheck: "true",
    });
  } finally {
    await rm(sources, { recursive: true });
  }
}

/** The pinned version of each package that a module below the folder imports. */
async function dependenciesOf(
  folder: string,
  imports: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  const versions: Record<string, string> = {};
  for (const name of await readdir(folder, { recursive: true })) {
    if (!/\.[jt]s$/.test(name) || name.endsWith(".d.ts") || /^(?:packs|node_modules)\//.test(name)) continue;
    const text = (await readFile(join(folder, name), "utf8")).replaceAll(/^\s*(?:\/?\*|\/\/).*$/gm, "");
    for (const [, written = ""] of text.matchAll(/(?:from|import|import\()\s*"((?!node:|freshet\/)[@\w][^"]*)"/g)) {
      const [, dependency = "", version = ""] = /^npm:((?:@[^/]+\/)?[^@/]+)@([^/]+)/.exec(imports[written] ?? "") ?? [];
      if (dependency === "") throw new Error(`${name} imports "${written}", which deno.json does not pin`);
      versions[dependency] = version;
    }
  }
  return Object.fromEntries(Object.entries(versions).sort());
}

async function writeMigrations(folder: string): Promise<Pick<Manifest, "areas" | "migrations">> {
  const areas = await listAreas();
  const files = await readSchemaFiles();
  const known = areas.map(({ name }) => name);
  await mkdir(join(folder, "sql"));
  const source = join(projectFolder, "supabase/migrations");
  const migrations: { area: string; name: string }[] = [];
  for (const file of (await readdir(source)).sort()) {
    const [, name = "", area = ""] = /^\d+_((\w+?)__\w+)\.sql$/.exec(file) ?? [];
    if (!known.includes(area)) throw new Error(`supabase/migrations/${file} is of no area`);
    if (migrations.some((one) => one.name === name)) throw new Error(`two migrations are called ${name}: rename one`);
    migrations.push({ area, name });
    await copyFile(join(source, file), join(folder, "sql", `${name}.sql`));
  }
  const objects = known.map((area) =>
    [area, objectsOf(files.filter((file) => file.area === area).map(({ sql }) => sql))] as const
  );
  return { migrations, areas: Object.fromEntries(objects) };
}

function described(packs: Readonly<Record<string, PackFiles>>): Manifest["packs"] {
  return Object.fromEntries(Object.entries(packs).map(([pack, { texts: _, ...rest }]) => [pack, rest]));
}

/** With those imports alone that files in a project may have. */
function used(manifest: Manifest): Manifest {
  const names = new Set(
    Object.values(manifest.packs).flatMap(({ functions }) => functions).flatMap((one) => one.imports),
  );
  const imports = Object.entries(manifest.imports).filter(([name]) => names.has(name) || name === "zod");
  return { ...manifest, imports: Object.fromEntries(imports) };
}

function packageManifest(version: string, dependencies: Readonly<Record<string, string>>) {
  const compiled = (path: string) => path.replace(/\.ts$/, "");
  const exported = Object.entries(EXPORTS).map(([name, path]) => [
    `./${name}`,
    { types: `./${compiled(path)}.d.ts`, default: `./${compiled(path)}.js` },
  ]);
  return {
    name: "freshet",
    version,
    description:
      "Cached, tenant-safe analytics from Postgres views, and a watch over pg_cron, for any Supabase project",
    license: "MIT",
    type: "module",
    sideEffects: false,
    bin: { freshet: `./${compiled(CLI)}.js` },
    // What the functions of packs import besides; no promise is made about it.
    exports: { ...Object.fromEntries(exported), "./shared/*": "./shared/*", "./package.json": "./package.json" },
    dependencies,
    engines: { node: ">=20" },
  };
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

async function run(program: string, args: readonly string[], cwd: string): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, { args: [...args], cwd }).output();
  if (!success) throw new Error(`${program} ${args.join(" ")} failed:\n${new TextDecoder().decode(stderr)}`);
}

if (import.meta.main) {
  const folder = resolve(Deno.args[0] ?? join(projectFolder, "dist/npm"));
  await buildPackages(folder);
  console.log(`Wrote ${folder}/freshet and ${folder}/freshet-client`);
}
