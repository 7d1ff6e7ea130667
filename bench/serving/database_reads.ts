import { pause } from "../../stack/pause.ts";
import { exactly, type Figures } from "./figures.ts";
import { WEEKS_PATH } from "./planted.ts";
import type { Stage } from "./stage.ts";

/** How often the database has run analytics.read_view so far, for any caller. */
export async function countReads({ superuser }: Stage): Promise<number> {
  const [row] = await superuser`
    select coalesce(sum(calls), 0)::integer as calls from extensions.pg_stat_statements
    where query like '%read_view%' and query not like '%pg_stat_statements%'`;
  return Number(row?.["calls"]);
}

const MISSES = 200;

/** P8: database reads if 200 callers miss the same answer at once, spread over four isolates. */
export async function measureStampede(stage: Stage): Promise<Figures> {
  const { redis } = stage.stack;
  const up = await stampede(stage, 50);
  await redis?.setFault({ kind: "refuse" });
  try {
    return new Map([["P8 up", exactly(up)], ["P8 down", exactly(await stampede(stage, 49))]]);
  } finally {
    await redis?.setFault({ kind: "none" });
  }
}

/** @param weeks selects an answer that was not requested before */
async function stampede(stage: Stage, weeks: number): Promise<number> {
  const origins = stage.stack.functionUrls["analytics"] ?? [];
  const headers = { apikey: stage.stack.keys.secretKey };
  const path = WEEKS_PATH.replace(/weeks=\d+/, `weeks=${weeks}`);
  for (const origin of origins) await (await fetch(`${origin}/analytics/arena/time-to-first-win`, { headers })).text();
  const before = await countReads(stage);
  const statuses = await Promise.all(Array.from({ length: MISSES }, async (_, index) => {
    const response = await fetch(`${origins[index % origins.length]}${path}`, { headers });
    await response.text();
    return response.status;
  }));
  if (statuses.some((status) => status !== 200)) throw new Error(`Answers of ${[...new Set(statuses)].join(", ")}`);
  await pause(200);
  return await countReads(stage) - before;
}
