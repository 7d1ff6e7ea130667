// Rows that the schema files declare: copied as "insert … on conflict do update", or by the call that registers them.
import { codeOf } from "./subject.ts";
import type { Catalog } from "./catalog.ts";
import type { Home, Homed } from "./home.ts";

/** The columns that identify a row of a declared table. */
export const KEYS: Readonly<Record<string, readonly string[]>> = {
  alert_kinds: ["kind"],
  alert_causes: ["kind", "cause"],
  audit_detectors: ["detector"],
  alert_channels: ["channel"],
  event_channels: ["channel"],
  retention: ["history"],
};

/** "analytics.alert_causes failed timed_out" is the row of a table with these words as its key. */
export interface RowName {
  readonly table: string;
  /** "alert_causes" */
  readonly bare: string;
  readonly words: readonly string[];
}

export function rowName(rest: string): RowName {
  const [table = "", ...words] = rest.split(" ");
  return { table, bare: table.slice(table.indexOf(".") + 1), words };
}

/** The statements that make the row; a view's row, sources and job come from one registration. */
export function makersOf(home: Home, { table, bare, words }: RowName): Homed[] {
  if (bare in KEYS) return home.ofRow("insert", words, table);
  const name = (words[0] ?? "").replace(/^refresh-/, "");
  const job = words[0] ?? "";
  const found = home.ofRow("call", [job]);
  return found.length > 0 || !job.startsWith("refresh-") ? found : home.ofRow("call", [name]);
}

/** The statement that removes a row that no file declares. */
export function removalOf(catalog: Catalog, { table, bare, words }: RowName): string {
  const name = words[0] ?? "";
  const keys = KEYS[bare];
  if (keys !== undefined) {
    return `delete from ${table} where ${keys.map((key, at) => `${key} = ${literal(words[at] ?? "")}`).join(" and ")};`;
  }
  if (["views", "view_sources", "incremental_views"].includes(bare)) return call(catalog, "unregister_view", name);
  if (bare === "live_relations") return call(catalog, "unregister_live", name);
  if (name.startsWith("refresh-")) return call(catalog, "unregister_view", name.slice("refresh-".length));
  if (bare === "scheduled_jobs") return call(catalog, "withdraw_job", name);
  return `select cron.unschedule(jobname) from cron.job where jobname = ${literal(name)};`;
}

/** An insert that also changes the row where it exists. */
export function asUpsert(text: string): string {
  const head = /^insert into \S+?\.(\w+)\s*\(([^)]*)\)/i.exec(codeOf(text));
  const keys = KEYS[head?.[1] ?? ""];
  if (head === null || keys === undefined || /\bon conflict\b/i.test(text)) return text;
  const columns = (head[2] ?? "").split(",").map((column) => column.trim()).filter((column) => !keys.includes(column));
  const update = columns.length === 0
    ? "do nothing"
    : `do update set ${columns.map((column) => `${column} = excluded.${column}`).join(", ")}`;
  return `${text.replace(/;\s*$/, "")}\non conflict (${keys.join(", ")}) ${update};`;
}

function call(catalog: Catalog, name: string, argument: string): string {
  const signature = [...catalog.functions.keys()].find((one) => one.includes(`.${name}(`)) ?? `${name}(`;
  return `select ${signature.slice(0, signature.indexOf("("))}(${literal(argument)});`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
