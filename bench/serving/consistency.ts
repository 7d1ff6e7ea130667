import { Worker } from "node:worker_threads";
import { pause } from "../../stack/pause.ts";
import { countReads } from "./database_reads.ts";
import { exactly, type Figures } from "./figures.ts";
import { challenge, HOT_PATHS, moveScores } from "./planted.ts";
import type { Orders, Seen } from "./random_reads.ts";
import { scoresOf } from "./scores.ts";
import type { Stage } from "./stage.ts";

const READS = 10_000;
const REFRESHES = 4;
/** Every isolate sees a refresh within three seconds; reads after this pause belong to the next refresh. */
const PAUSE_MS = 3_500;
/**
 * P9 and P28: random reads from four isolates while the view is refreshed repeatedly. Every body is compared with the
 * database's rows at the version that it names; database reads are counted.
 */
export async function measureConsistency(stage: Stage): Promise<Figures> {
  const truth = new Map<number, readonly string[]>();
  const orders: Orders = {
    origins: stage.stack.functionUrls["analytics"] ?? [],
    headers: { apikey: stage.stack.keys.secretKey },
    least: READS,
  };

  truth.set(...await snapshot(stage));
  const worker = new Worker(new URL("./random_reads.ts", import.meta.url), { workerData: orders });
  const loading = new Promise<readonly Seen[]>((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
  await pause(PAUSE_MS);
  const before = await countReads(stage);
  for (let refresh = 0; refresh < REFRESHES; refresh += 1) {
    await moveScores(stage.sql);
    await stage.sql`select analytics.refresh_view('mv_lane_score_distribution')`;
    truth.set(...await snapshot(stage));
    await Promise.race([loading, pause(PAUSE_MS)]);
  }
  const reads = await countReads(stage) - before;
  worker.postMessage("stop");
  const seen = await loading;
  await worker.terminate();
  const different = seen.filter(({ version, path, rows }) => truth.get(version)?.[path] !== rows);
  return new Map([
    ["P9", exactly(reads / (HOT_PATHS.length * REFRESHES))],
    ["P28", exactly(different.length)],
  ]);
}

/** The view's current version, and its rows for each hot path. */
async function snapshot({ sql }: Stage): Promise<[version: number, rows: readonly string[]]> {
  const rows = await sql`select to_jsonb(m) as row from analytics.mv_lane_score_distribution as m order by m.lane_key`;
  const [state] =
    await sql`select version::integer as version from analytics.views where view_name = 'mv_lane_score_distribution'`;
  const paths = HOT_PATHS.map((_, index) =>
    JSON.stringify(rows.map(({ row }) => row).filter((row) => row.challenge_id === challenge(index + 1)).map(scoresOf))
  );
  return [Number(state?.["version"]), paths];
}
