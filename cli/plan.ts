import { parse } from "smol-toml";
import { exposureOf, withSchema, withSections } from "./config_text.ts";
import { functionNames, type GeneratedFile, generatedFiles } from "./generated_files.ts";
import { AUDIT_ALONE, auditAlone, FOUND_BEFORE, foundBefore, READ_API, readApi } from "./own_migrations.ts";
import type { Package } from "./package_files.ts";
import { preflightFiles } from "./preflight.ts";
import { CONFIG_PATH, type Project, setting } from "./project.ts";
import { hashOf, type Record, RECORD_PATH } from "./record.ts";
import { migrationsOf, type Selection } from "./selection.ts";

/** The schema that the data API has to expose. */
export const EXPOSED = "analytics";

export interface PlannedFile {
  readonly path: string;
  readonly action: "add" | "edit" | "replace" | "delete";
  /** Null to delete it. */
  readonly text: string | null;
}

/** What a command will do, and what it will not. */
export interface Plan {
  readonly version: string;
  readonly profile: string;
  readonly with: readonly string[];
  readonly files: readonly PlannedFile[];
  /** Files that differ from what this version writes, and stay as they are. */
  readonly kept: readonly string[];
  readonly problems: readonly string[];
  readonly notes: readonly string[];
}

export interface Planning {
  readonly project: Project;
  readonly source: Package;
  readonly selection: Selection;
  readonly now: Date;
  /** Also replaces what is as an older version wrote it. */
  readonly refresh: boolean;
}

/** What is missing in a project, or with `refresh` also what is older than the package. */
export async function planFiles(planning: Planning): Promise<Plan> {
  const { project, source, selection } = planning;
  const migrations = await missingMigrations(planning);
  const generated = await generatedFiles(source, selection);
  const { files, kept, record } = await settle(planning, generated);
  for (const { path, text } of migrations) record.files[path] = hashOf(text ?? "");
  const sections = { functions: functionNames(source, selection), hook: namesHook(project, selection) };
  const config = withSections(withSchema(project.config.text, EXPOSED), sections);
  const edited = config === project.config.text ? [] : [{ path: CONFIG_PATH, action: "edit" as const, text: config }];
  const changes = [...migrations, ...files, ...edited];
  const { problems, notes } = preflightFiles(project, source, selection);
  const written = `${JSON.stringify(record, null, 2)}\n`;
  const is_recorded = await project.read(RECORD_PATH) === written;
  return {
    version: source.manifest.version,
    profile: selection.profile,
    with: selection.with,
    files: is_recorded ? changes : [...changes, {
      path: RECORD_PATH,
      action: project.record === null ? "add" as const : "edit" as const,
      text: written,
    }],
    kept,
    problems,
    notes,
  };
}

/** Ours, where identity brings one and the project names none outside our sections. */
function namesHook({ config }: Project, selection: Selection): boolean {
  const without = withSections(config.text, { functions: [], hook: false });
  return selection.with.includes("identity") &&
    setting(parse(without), "auth", "hook", "custom_access_token") === undefined;
}

interface Settled {
  readonly files: readonly PlannedFile[];
  readonly kept: readonly string[];
  readonly record: Record;
}

async function settle(planning: Planning, generated: readonly GeneratedFile[]): Promise<Settled> {
  const { project, source, selection, refresh } = planning;
  const before = project.record;
  const record: Record = {
    version: before === null || refresh ? source.manifest.version : before.version,
    profile: selection.profile,
    with: [...selection.with],
    exposed: before?.exposed ?? exposureOf(project.config.text, EXPOSED),
    files: { ...before?.files },
    yours: { ...before?.yours },
  };
  const files: PlannedFile[] = [];
  const kept: string[] = [];
  for (const { path, text, is_yours } of generated) {
    const hashes = is_yours ? record.yours : record.files;
    const present = await project.read(path);
    if (present === null) {
      files.push({ path, action: "add", text });
      hashes[path] = hashOf(text);
    } else if (present !== text) {
      if (refresh && hashes[path] === hashOf(present)) {
        files.push({ path, action: "replace", text });
        hashes[path] = hashOf(text);
      } else kept.push(path);
    } else hashes[path] ??= hashOf(text);
  }
  return { files, kept, record };
}

/** Those of the selection that the project has under no date, dated behind its last one, in their order. */
async function missingMigrations({ project, source, selection, now }: Planning): Promise<PlannedFile[]> {
  const present = new Set(project.migrations.map(({ name }) => name));
  const wanted = migrationsOf(source.manifest, selection).filter(({ name }) => !present.has(name));
  const texts = await Promise.all(
    wanted.map(async ({ name }) => ({ name, text: await source.migration(name) })),
  );
  if (!present.has(FOUND_BEFORE)) texts.unshift(foundBefore(source.manifest));
  const { profile } = selection;
  if (profile === "audit" && !present.has(AUDIT_ALONE)) texts.push(auditAlone(source.manifest));
  if (profile === "core" && present.has(AUDIT_ALONE) && !present.has(READ_API)) texts.push(readApi(source.manifest));
  const versions = versionsAfter(project.migrations.at(-1)?.version, now, texts.length);
  return texts.map(({ name, text }) => ({
    path: `supabase/migrations/${versions.next().value}_${name}.sql`,
    action: "add",
    text,
  }));
}

/**
 * 14 digits each, a second apart: `count` seconds before now, so that a migration that is made next comes behind them; and
 * behind the project's last one in any case, however that is dated.
 */
export function* versionsAfter(last: string | undefined, now: Date, count: number): Generator<string, never> {
  const from_last = momentOf(last ?? "") + 1_000;
  for (let moment = Math.max(now.getTime() - count * 1_000, from_last);; moment += 1_000) {
    yield new Date(moment).toISOString().replaceAll(/[-:T]|\.\d+Z$/g, "");
  }
}

function momentOf(version: string): number {
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(version) ?? [];
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts.map(Number);
  return parts.length === 0 ? 0 : Date.UTC(year, month - 1, day, hour, minute, second);
}
