import type { Command } from "../command.ts";
import { exposedSchemas, functionsIn } from "../config_text.ts";
import { driftOfDatabase, firstOf } from "../database/drift.ts";
import { functionNames } from "../generated_files.ts";
import { databaseOf, readOptions } from "../options.ts";
import type { Package } from "../package_files.ts";
import { EXPOSED } from "../plan.ts";
import { localPort, type Project, readProject, recordOf } from "../project.ts";
import { hashOf, otherVersion } from "../record.ts";
import { choose, migrationsOf, type Selection } from "../selection.ts";

export const check: Command = {
  what: "say what is no longer as it was written: files, functions in the database, jobs",
  help: `npx freshet check [--db-url URL | --local] [--json]

Exit code: 0 nothing has drifted, 1 something has`,
  async run(args, place) {
    const options = readOptions("check", args, ["db-url", "local", "json"]);
    const project = await readProject(place.folder);
    const record = recordOf(project);
    const { version } = record;
    const { manifest } = place.source;
    if (version !== manifest.version) {
      throw otherVersion(record, manifest.version, `npx freshet@${version} check, or npx freshet upgrade`);
    }
    const selection = choose(manifest, record.profile, record.with);
    const drift = [...await driftOfFiles(project, place.source, selection)];
    const url = databaseOf(options, localPort(project));
    if (url !== null) drift.push(...await driftOfDatabase(url, manifest, selection));
    if (options.flags.has("json")) place.say(JSON.stringify({ version, drift, has_database: url !== null }, null, 2));
    else {
      for (const one of drift) place.say(`✗ ${one}`);
      if (drift.length === 0) {
        place.say(`✓ as Freshet ${version} wrote it${url === null ? "; no database was looked at" : ""}`);
      }
    }
    return drift.length === 0 ? 0 : 1;
  },
};

async function driftOfFiles(project: Project, source: Package, selection: Selection): Promise<string[]> {
  const drift: string[] = [];
  for (const [path, hash] of Object.entries(recordOf(project).files)) {
    const text = await project.read(path);
    if (text === null) drift.push(`${path} is gone`);
    else if (hashOf(text) !== hash) drift.push(`${path} was changed`);
  }
  const present = new Set(project.migrations.map(({ name }) => name));
  const missing = migrationsOf(source.manifest, selection).filter(({ name }) => !present.has(name));
  if (missing.length > 0) drift.push(`${firstOf(missing.map(({ name }) => name))} missing: npx freshet init`);
  const { text } = project.config;
  const sections = functionsIn(text);
  for (const name of functionNames(source, selection)) {
    if (!sections.includes(name)) {
      drift.push(`supabase/config.toml has no section of function ${name}: npx freshet init`);
    }
  }
  if (!exposedSchemas(text).includes(EXPOSED)) {
    drift.push(`supabase/config.toml does not expose "${EXPOSED}": npx freshet init`);
  }
  return drift;
}
