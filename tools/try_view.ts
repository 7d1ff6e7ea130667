/**
 * deno task try:view <view> [--rows 10] [--watch] [--db-url URL]: runs the query of a view's schema file against the local
 * product's data and prints its first rows, how many there are, how long it took, and whether its key is unique. Nothing is
 * made and nothing changed: the loop while writing a view. With --watch again at each save.
 */
import { basename, dirname } from "node:path";
import postgres from "postgres";
import { readCommandWords } from "../stack/command_words.ts";
import { messageOf } from "../stack/stack_error.ts";
import { localDatabaseUrl } from "./local_database.ts";
import { projectFolder } from "./pack_folders.ts";
import { readSchemaFiles, type SchemaFile } from "./schema/areas.ts";
import { splitStatements } from "./schema/statements.ts";

/** A view's text, as far as its rows go. */
export interface ViewText {
  readonly path: string;
  readonly query: string;
  /** The columns of its unique index; null where the file has none. */
  readonly key: string | null;
}

export interface Tried {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  readonly row_count: number;
  /** Rows that share their key with another one: with these a refresh fails. */
  readonly repeated_count: number;
  readonly milliseconds: number;
}

const CREATE = /^create materialized view analytics\.(\w+) as\s+([\s\S]+?)\s+with no data;?$/im;
const KEY = /^create unique index \w+\s+on analytics\.\w+\s*\(([^()]+)\)/im;

/** The query and the key in a view's schema file. @throws Error with the views that there are */
export function viewText(view: string, files: readonly SchemaFile[]): ViewText {
  const names: string[] = [];
  for (const { path, sql } of files) {
    const texts = splitStatements(sql).map(({ text }) => text);
    const made = texts.map((text) => CREATE.exec(text)).find((match) => match !== null);
    if (made === undefined || made === null) continue;
    const [, name = "", query = ""] = made;
    names.push(name);
    if (name !== view) continue;
    const key = texts.map((text) => KEY.exec(text)?.[1]).find((columns) => columns !== undefined);
    return { path, query, key: key ?? null };
  }
  throw new Error(`No schema file makes the view "${view}". There are ${names.join(", ") || "none"}`);
}

/** Reads, and can do nothing else: the transaction is read only. */
export async function tryView(sql: postgres.Sql, { query, key }: ViewText, most: number): Promise<Tried> {
  return await sql.begin("read only", async (transaction) => {
    // As in a refresh: a relation that is not named with its schema is not found.
    await transaction`set local search_path = pg_catalog, pg_temp`;
    const begun = Date.now();
    const repeated = key === null ? "0" : `count(*) - count(distinct (${key}))`;
    const [counts] = await transaction.unsafe(
      `select count(*)::integer as row_count, (${repeated})::integer as repeated_count from (${query}) as v`,
    );
    const milliseconds = Date.now() - begun;
    const rows = await transaction.unsafe(
      `select * from (${query}) as v ${key === null ? "" : `order by ${key}`} limit ${most}`,
    );
    return {
      rows: [...rows],
      row_count: Number(counts?.["row_count"]),
      repeated_count: Number(counts?.["repeated_count"]),
      milliseconds,
    };
  });
}

/** What is printed below the rows. */
export function inWords({ row_count, repeated_count, milliseconds }: Tried, { key }: ViewText): string {
  const counted = `${row_count} rows in ${milliseconds} ms`;
  if (key === null) {
    return `${counted}. It has no unique index, so it cannot be registered: create unique index … (key columns)`;
  }
  if (repeated_count === 0) return `${counted}, and (${key}) is unique`;
  return `${counted}, and ${repeated_count} of them repeat a key (${key}): a refresh would fail. Group by the key, or add a column to it`;
}

async function show(view: string, most: number, sql: postgres.Sql): Promise<string> {
  const text = viewText(view, await readSchemaFiles());
  const tried = await tryView(sql, text, most);
  console.table(tried.rows);
  console.log(inWords(tried, text));
  return text.path;
}

/** An editor writes a file in several steps: they are one save. */
const SETTLE_MS = 100;

/**
 * Calls `act` after each save of a file, until the watcher is closed. `watcher` is of the file's folder: many editors put a
 * new file in the place of the old one, and a watcher of the old file then reports nothing more.
 */
export async function afterEachSave(watcher: Deno.FsWatcher, file: string, act: () => unknown): Promise<void> {
  let due: ReturnType<typeof setTimeout> | undefined;
  for await (const { kind, paths } of watcher) {
    if (kind === "access" || !paths.some((path) => basename(path) === basename(file))) continue;
    clearTimeout(due);
    due = setTimeout(act, SETTLE_MS);
  }
}

if (import.meta.main) {
  const { positionals: [view], values, flags, unknown } = readCommandWords(Deno.args, {
    values: ["rows", "db-url"],
    flags: ["watch"],
  });
  const most = Number(values.get("rows") ?? "10");
  if (view === undefined || unknown !== null || !Number.isInteger(most) || most < 1) {
    console.error(
      "Usage: deno task try:view <view> [--rows 10] [--watch] [--db-url URL], like: deno task try:view mv_order_days",
    );
    Deno.exit(1);
  }
  let sql: postgres.Sql | null = null;
  try {
    sql = postgres(await localDatabaseUrl(values.get("db-url") ?? null), { max: 1, onnotice: () => {} });
    const database = sql;
    const path = await show(view, most, database);
    if (flags.has("watch")) {
      console.log(`Watching ${path}. Ctrl-C ends it.`);
      const again = () => show(view, most, database).catch((error) => console.error(messageOf(error)));
      await afterEachSave(Deno.watchFs(dirname(`${projectFolder}${path}`)), path, again);
    }
  } catch (error) {
    console.error(messageOf(error));
    Deno.exitCode = 1;
  } finally {
    await sql?.end();
  }
}
