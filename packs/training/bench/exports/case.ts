import { pause } from "../../../../stack/pause.ts";
import type { Case } from "./cases.ts";
import type { MeteredCall } from "./metered_function.ts";
import { type Digest, digestOfApi, digestOfFile } from "./same_rows.ts";
import type { Stage } from "./stage.ts";

export interface Result {
  readonly name: string;
  readonly rows: number;
  readonly bytes: number;
  readonly seconds: number;
  readonly calls: readonly MeteredCall[];
  /** What differs from the API's rows; null where nothing does. */
  readonly difference: string | null;
}

/** More rows than one call does at once. */
const WIDE_ROWS = 12_000;
const SCENARIOS = 20;
const YEAR_DAYS = 365;

/** Of the rows as they are; they stay the same for all narrow cases, and for all wide ones. */
const digests = new Map<boolean, Promise<Digest>>();

export async function runCase(stage: Stage, one: Case): Promise<Result> {
  const { stack, sql, metered } = stage;
  if (one.is_wide && !digests.has(true)) await stage.widen();
  const filters = one.is_wide ? { scenario_id: await firstScenario(stage), from: daysAgo(wideDays(stage.rows)) } : {};
  const admin = { apikey: stack.keys.secretKey };
  const began = performance.now();
  const response = await fetch(`${stack.origin}/functions/v1/export`, {
    method: "POST",
    headers: { ...admin, "content-type": "application/json" },
    body: JSON.stringify({ resource: "training/attempts", filters, format: one.format, compression: one.compression }),
  });
  const taken = await response.json();
  if (!response.ok) throw new Error(`the export was refused: ${JSON.stringify(taken)}`);
  const id: string = taken.data.export_id;
  await untilEnded(stage, id);
  const seconds = (performance.now() - began) / 1_000;
  const calls = await metered.taken();
  const shown = await fetch(`${stack.origin}/functions/v1/export/${id}`, { headers: admin });
  const { data } = await shown.json();
  await metered.taken();
  if (data.state !== "done") throw new Error(`the export ended otherwise: ${JSON.stringify(data)}`);
  const link = await fetch(data.link.url);
  if (!link.ok || link.body === null) throw new Error(`the link answered ${link.status}`);
  console.log(`${data.row_count} rows, ${data.byte_count} bytes in ${seconds.toFixed(0)} s; reading them from the API`);
  const known = digests.get(one.is_wide) ?? digestOfApi(stack, filters);
  digests.set(one.is_wide, known);
  const expected = await known;
  const found = await digestOfFile(link.body, { format: one.format, is_gzip: data.compression === "gzip" });
  await sql`select analytics.cancel_export(${id}, '{"kind": "secret_key"}')`;
  return {
    name: one.name,
    rows: data.row_count,
    bytes: data.byte_count,
    seconds,
    calls,
    difference: differenceOf(expected, { ...found, versions: [data.version] }, one.format),
  };
}

function differenceOf(expected: Digest, found: Digest, format: Case["format"]): string | null {
  const digest = format === "csv" ? "cells" : "lines";
  if (expected.rows !== found.rows) return `${found.rows} rows, where the API has ${expected.rows}`;
  if (String(expected.versions) !== String(found.versions)) {
    return `version ${found.versions}, where the API answered with ${expected.versions}`;
  }
  return expected[digest] === found[digest] ? null : "other values or another order than the API's";
}

/** The attempts fill a year, evenly over the scenarios. */
function wideDays(rows: number): number {
  return Math.min(YEAR_DAYS, Math.ceil(YEAR_DAYS * WIDE_ROWS * SCENARIOS / rows));
}

function daysAgo(days: number): string {
  return new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
}

async function firstScenario({ sql }: Stage): Promise<string> {
  const [row] = await sql`select scenario_id as id from public.scenario_attempts order by scenario_id limit 1`;
  return String(row?.["id"]);
}

/** The function asks for its next call itself; a call that was lost is made again, as the job does. */
async function untilEnded({ sql }: Stage, id: string): Promise<void> {
  let seen = "";
  let changedAt = performance.now();
  for (;;) {
    const [row] = await sql`
      select status, done_count, upload_url, lease_until, finished_at from analytics.export_jobs where export_id = ${id}`;
    if (row === undefined || row["finished_at"] !== null) return;
    const now = JSON.stringify(row);
    if (now !== seen) changedAt = performance.now();
    seen = now;
    if (performance.now() - changedAt > 60_000) {
      console.log(`asking for the next step again: ${now}`);
      await sql`select analytics.drive_exports()`;
      changedAt = performance.now();
    }
    await pause(500);
  }
}
