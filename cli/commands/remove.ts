import { parse } from "smol-toml";
import { readOnly } from "../../tools/doctor/read_only.ts";
import { carryOut } from "../carry_out.ts";
import { CliError } from "../cli_error.ts";
import type { Command, Place } from "../command.ts";
import { HOOK_URI, withoutSchema, withSections } from "../config_text.ts";
import { databaseOf, type Options, readOptions } from "../options.ts";
import { EXPOSED, type Plan, type PlannedFile, versionsAfter } from "../plan.ts";
import { CONFIG_PATH, localPort, type Project, readProject, recordOf, setting } from "../project.ts";
import { hashOf, otherVersion, RECORD_PATH } from "../record.ts";
import { removalSql, REMOVED } from "../removal.ts";
import { choose, type Selection } from "../selection.ts";

export const remove: Command = {
  what: "take Freshet out again, with one migration",
  help:
    `npx freshet remove [--drop-views] [--drop-tables] [--db-url URL | --local] [--dry-run] [--json] [--plan FILE] [--yes]

  --drop-views   also views of yours that are registered; without it they are listed and nothing is done
  --drop-tables  also tables of identity and of packs, with their rows
  --db-url       look for such views in this database at once; without it the migration refuses when it is applied

Files that you changed stay, and so do all migrations: they are the history that the database remembers.`,
  async run(args, place) {
    const known = ["drop-views", "drop-tables", "db-url", "local", "dry-run", "json", "plan", "yes"];
    const options = readOptions("remove", args, known);
    const project = await readProject(place.folder);
    const record = recordOf(project);
    const { manifest } = place.source;
    if (record.version !== manifest.version) {
      throw otherVersion(record, manifest.version, `npx freshet@${record.version} remove`);
    }
    const selection = choose(manifest, record.profile, record.with);
    const url = databaseOf(options, localPort(project));
    if (url !== null && !options.flags.has("drop-views")) await refuseViews(url, selection);
    const plan = await planRemoval(project, place, selection, options);
    const next = `${NEXT}${selection.with.includes("identity") ? HOOK : ""}`;
    return await carryOut(plan, options, place, { verb: "Change", next });
  },
};

async function refuseViews(url: string, selection: Selection): Promise<void> {
  const names = await readOnly(url, async (session) => {
    const [registry] = await session`select to_regclass('analytics.views') is not null as is_there`;
    if (registry?.["is_there"] !== true) return [];
    const packs = [...selection.with];
    const rows = await session`
      select v.view_name as name from analytics.views as v where not v.pack = any (${packs})
      union
      select l.live_name from analytics.live_relations as l where not l.pack = any (${packs})
      order by 1`;
    return rows.map((row) => String(row["name"]));
  });
  if (names.length === 0) return;
  throw new CliError(`views of yours are registered: ${names.join(", ")}`, "they go too with --drop-views");
}

async function planRemoval(project: Project, place: Place, selection: Selection, { flags }: Options): Promise<Plan> {
  const { manifest } = place.source;
  const record = recordOf(project);
  const removal = { drops_views: flags.has("drop-views"), drops_tables: flags.has("drop-tables") };
  const version = versionsAfter(project.migrations.at(-1)?.version, place.now, 1).next().value;
  const files: PlannedFile[] = [{
    path: `supabase/migrations/${version}_${REMOVED}.sql`,
    action: "add",
    text: removalSql(manifest, selection, removal),
  }];
  const kept: string[] = [];
  for (const [path, hash] of Object.entries({ ...record.files, ...record.yours })) {
    if (path.startsWith("supabase/migrations/")) continue;
    const text = await project.read(path);
    if (text === null) continue;
    if (hashOf(text) === hash) files.push({ path, action: "delete", text: null });
    else kept.push(path);
  }
  const without = withSections(project.config.text, { functions: [], hook: false });
  const config = withoutSchema(without, EXPOSED, record.exposed);
  if (config !== project.config.text) files.push({ path: CONFIG_PATH, action: "edit", text: config });
  files.push({ path: RECORD_PATH, action: "delete", text: null });
  const is_hooked = selection.with.includes("identity") &&
    setting(parse(config), "auth", "hook", "custom_access_token", "uri") === HOOK_URI;
  return {
    ...{ version: manifest.version, profile: selection.profile, with: selection.with, files, kept },
    problems: is_hooked
      ? [`${CONFIG_PATH} names our access token hook in a section of its own: take that out first`]
      : [],
    notes: [removal.drops_tables ? "tables of packs go, with their rows" : "tables stay, those of packs too"],
  };
}

const NEXT = `
Next:
  npx supabase functions delete <name>      each function, first: what still runs would answer 500
  npx supabase db push                      the migration that takes the rest away
  take "analytics" out of the exposed schemas: Settings, API`;

const HOOK = `
  switch the access token hook off before the migration is applied: Authentication, Hooks`;
