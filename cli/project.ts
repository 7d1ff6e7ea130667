import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "smol-toml";
import { CliError } from "./cli_error.ts";
import { readRecord, type Record, RECORD_PATH } from "./record.ts";

export const CONFIG_PATH = "supabase/config.toml";

export interface ProjectMigration {
  readonly version: string;
  /** What follows the version: `orders`, or `core__baseline` for one of ours. */
  readonly name: string;
  readonly path: string;
  readonly text: string;
}

/** A Supabase project, as its folder has it. */
export interface Project {
  readonly folder: string;
  readonly config: { readonly text: string; readonly parsed: { readonly [key: string]: unknown } };
  /** In their order. */
  readonly migrations: readonly ProjectMigration[];
  readonly functions: readonly string[];
  /** Null before init. */
  readonly record: Record | null;
  /** The text of a file; null if there is none. */
  read(path: string): Promise<string | null>;
}

/** @throws CliError if the folder holds no project */
export async function readProject(folder: string): Promise<Project> {
  const read = (path: string) => readFile(join(folder, path), "utf8").catch(unlessMissing);
  const text = await read(CONFIG_PATH);
  if (text === null) {
    throw new CliError(
      `there is no ${CONFIG_PATH} in ${folder}`,
      "run this in your project, or make one: npx supabase init",
    );
  }
  const written = await read(RECORD_PATH);
  return {
    folder,
    config: { text, parsed: parseConfig(text) },
    migrations: await migrationsOf(folder),
    functions: await names(join(folder, "supabase/functions")),
    record: written === null ? null : readRecord(written),
    read,
  };
}

function parseConfig(text: string): { readonly [key: string]: unknown } {
  try {
    return parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CliError(`${CONFIG_PATH} is not readable: ${reason}`, "correct it first");
  }
}

async function migrationsOf(folder: string): Promise<ProjectMigration[]> {
  const found: ProjectMigration[] = [];
  for (const file of await names(join(folder, "supabase/migrations"))) {
    const [, version = "", name = ""] = /^(\d+)_(.*)\.sql$/.exec(file) ?? [];
    if (version === "") continue;
    const path = `supabase/migrations/${file}`;
    found.push({ version, name, path, text: await readFile(join(folder, path), "utf8") });
  }
  return found;
}

async function names(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(unlessMissing) ?? []).sort();
}

function unlessMissing(error: unknown): null {
  if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
  throw error;
}

/** @throws CliError before init */
export function recordOf({ record }: Project): Record {
  if (record !== null) return record;
  throw new CliError(`there is no ${RECORD_PATH}: Freshet was not put here by npx freshet`, "npx freshet init");
}

/** Where `supabase start` has the project's database. */
export function localPort({ config }: Project): number {
  const port = setting(config.parsed, "db", "port");
  return typeof port === "number" ? port : 54_322;
}

/** The tables of a TOML document, one inside the other. */
export function setting(config: { readonly [key: string]: unknown }, ...path: readonly string[]): unknown {
  let value: unknown = config;
  for (const key of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as { readonly [key: string]: unknown })[key];
  }
  return value;
}
