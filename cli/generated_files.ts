import type { Package } from "./package_files.ts";
import type { Selection } from "./selection.ts";

/** A file that a project gets. */
export interface GeneratedFile {
  readonly path: string;
  readonly text: string;
  /** Whether it is the project's to edit. */
  readonly is_yours: boolean;
}

const FUNCTIONS = "supabase/functions";
const PACKS = "freshet/packs";

/** The functions that a selection deploys. */
export function functionNames({ manifest }: Package, { profile, with: packs }: Selection): readonly string[] {
  if (profile === "audit") return ["cron-audit"];
  const of_packs = packs.flatMap((pack) => manifest.packs[pack]?.functions ?? []).map(({ name }) => name);
  return ["analytics", "cron-audit", "export", ...of_packs];
}

/** Every file of a selection, besides migrations and config.toml. */
export async function generatedFiles(source: Package, selection: Selection): Promise<GeneratedFile[]> {
  const { manifest } = source;
  const { version } = manifest;
  const files: GeneratedFile[] = [
    ...entry("cron-audit", CRON_AUDIT, importsOf(version, ["server/cron-audit"])),
    yours(".github/workflows/freshet.yml", workflow(version)),
  ];
  if (selection.profile === "audit") return files;
  const reads = { ...importsOf(version, ["registry", "resource"]), zod: manifest.imports["zod"] ?? "" };
  files.push(
    ...entry("analytics", ANALYTICS, { ...importsOf(version, ["server/analytics"]), ...reads }),
    ...entry("export", EXPORT, { ...importsOf(version, ["server/export"]), ...reads }),
    yours(`${PACKS}/registry.ts`, registry(source, selection)),
  );
  for (const pack of selection.with) {
    const { files: names = [], functions = [] } = manifest.packs[pack] ?? {};
    for (const name of names) files.push(yours(`${PACKS}/${pack}/${name}`, await source.packFile(pack, name)));
    for (const { name, imports } of functions) {
      files.push(...entry(name, reExport(pack, name), packImports(source, imports)));
    }
  }
  return files;
}

function entry(name: string, text: string, imports: Readonly<Record<string, string>>): GeneratedFile[] {
  const config = `${JSON.stringify({ imports, lock: false }, null, 2)}\n`;
  return [
    { path: `${FUNCTIONS}/${name}/index.ts`, text, is_yours: false },
    { path: `${FUNCTIONS}/${name}/deno.json`, text: config, is_yours: false },
  ];
}

function yours(path: string, text: string): GeneratedFile {
  return { path, text, is_yours: true };
}

function importsOf(version: string, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [`freshet/${name}`, `npm:freshet@${version}/${name}`]));
}

function packImports({ manifest }: Package, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [
    name,
    name.startsWith("freshet/")
      ? name.replace("freshet/", `npm:freshet@${manifest.version}/`)
      : manifest.imports[name] ?? `npm:${name}`,
  ]));
}

const HEAD = "// Written by npx freshet, which keeps it up to date: npx freshet upgrade.\n";

const ANALYTICS = `${HEAD}import { analytics } from "freshet/server/analytics";
import { registry } from "../../../freshet/packs/registry.ts";

export default { fetch: analytics({ registry }) };
`;

const EXPORT = `${HEAD}import { exports } from "freshet/server/export";
import { registry } from "../../../freshet/packs/registry.ts";

export default { fetch: exports({ registry }) };
`;

const CRON_AUDIT = `${HEAD}import { cronAudit } from "freshet/server/cron-audit";

export default { fetch: cronAudit() };
`;

function reExport(pack: string, name: string): string {
  return `${HEAD}export { default } from "../../../${PACKS}/${pack}/functions/${name}/index.ts";\n`;
}

function registry({ manifest }: Package, { with: packs }: Selection): string {
  const resources = packs.flatMap((pack) =>
    (manifest.packs[pack]?.resources ?? []).map((resource) => ({ ...resource, pack }))
  );
  const lines = resources.map(({ name, pack, file, constant }) =>
    `  "${name}": async () => (await import("./${pack}/${file}")).${constant},\n`
  );
  return [
    "// The resources that the API serves, a line for each: its pack and name, and its file.\n",
    'import type { Registry } from "freshet/registry";\n\n',
    `export const registry: Registry = {${lines.length === 0 ? "};" : ""}\n`,
    ...lines,
    ...(lines.length === 0 ? [] : ["};\n"]),
  ].join("");
}

function workflow(version: string): string {
  return `name: Freshet
on: pull_request
permissions:
  contents: read
jobs:
  check:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with:
          node-version: 20
      # Files alone. With --db-url it compares the functions and jobs of a database too.
      - run: npx -y freshet@${version} check
`;
}
