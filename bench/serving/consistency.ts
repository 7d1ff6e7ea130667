import { pause } from "../../stack/pause.ts";
import { countReads } from "./database_reads.ts";
import { exactly, type Figures } from "./figures.ts";
import { challenge, HOT_PATHS, moveScores } from "./planted.ts";
import type { Stage } from "./stage.ts";

const READS = 10_000;
const READS_PER_SECOND = 1_000;
const REFRESHES = 4;
/** A refresh is seen everywhere within three seconds; what comes after it is the next one's. */
const PAUSE_MS = 3_500;
const TICK_MS = 10;

interface Seen {
  readonly path: number;
  readonly version: number;
  readonly rows: string;
}

/**
 * P9 and P28: random reads over four isolates while the view is refreshed again and again. Every body is compared with
 * what the database held at the version that it names; the database's own reads are counted.
 */
export async function measureConsistency(stage: Stage): Promise<Figures> {
  const truth = new Map<number, readonly string[]>();
  const seen: Seen[] = [];
  const headers = { apikey: stage.stack.keys.secretKey };
  const origins = stage.stack.functionUrls["analytics"] ?? [];
  const reading = new Set<Promise<void>>();
  let is_over = false;

  async function read(): Promise<void> {
    const path = Math.floor(Math.random() * HOT_PATHS.length);
    const response = await fetch(`${origins[Math.floor(Math.random() * origins.length)]}${HOT_PATHS[path]}`, {
      headers,
    });
    if (response.status !== 200) throw new Error(`A read answers ${response.status}`);
    const { data, meta } = await response.json();
    seen.push({ path, version: meta.version, rows: JSON.stringify(data.map(scoresOf)) });
  }

  async function load(): Promise<void> {
    for (let due = performance.now(); !is_over || seen.length < READS; due += TICK_MS) {
      for (let count = 0; count < READS_PER_SECOND * TICK_MS / 1_000; count += 1) {
        const one = read().finally(() => reading.delete(one));
        reading.add(one);
      }
      // A machine that cannot keep up gets less load, not a longer line.
      if (reading.size > 200) await Promise.race(reading);
      await pause(Math.max(0, due + TICK_MS - performance.now()));
    }
    await Promise.all(reading);
  }

  truth.set(...await snapshot(stage));
  const loading = load();
  await pause(PAUSE_MS);
  const before = await countReads(stage);
  for (let refresh = 0; refresh < REFRESHES; refresh += 1) {
    await moveScores(stage.sql);
    await stage.sql`select analytics.refresh_view('mv_lane_score_distribution')`;
    truth.set(...await snapshot(stage));
    await Promise.race([loading, pause(PAUSE_MS)]);
  }
  const reads = await countReads(stage) - before;
  is_over = true;
  await loading;
  const different = seen.filter(({ version, path, rows }) => truth.get(version)?.[path] !== rows);
  return new Map([
    ["P9", exactly(reads / (HOT_PATHS.length * REFRESHES))],
    ["P28", exactly(different.length)],
  ]);
}

/** What the view holds now: its version, and for each hot path its rows. */
async function snapshot({ sql }: Stage): Promise<[version: number, rows: readonly string[]]> {
  const rows = await sql`select to_jsonb(m) as row from analytics.mv_lane_score_distribution as m order by m.lane_key`;
  const [state] =
    await sql`select version::integer as version from analytics.views where view_name = 'mv_lane_score_distribution'`;
  const paths = HOT_PATHS.map((_, index) =>
    JSON.stringify(rows.map(({ row }) => row).filter((row) => row.challenge_id === challenge(index + 1)).map(scoresOf))
  );
  return [Number(state?.["version"]), paths];
}

const COLUMNS = [
  "lane_key",
  "sample_count",
  "mean_score",
  "stddev_score",
  "min_score",
  "max_score",
  "p10",
  "p50",
  "p90",
];

function scoresOf(row: Readonly<Record<string, unknown>>): unknown[] {
  return COLUMNS.map((column) => row[column]);
}
