import type postgres from "postgres";
import { demoUsers } from "../../stack/demo_users.ts";

export const AGENT = "d0000000-0000-4000-8000-000000000001";
const OTHER_AGENT = "d0000000-0000-4000-8000-000000000002";
const CHALLENGES = 20;

/** The nth challenge, from 1. */
export function challenge(number: number): string {
  return `c0000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
}

/** Paths of the hot answers: one for each challenge, three lanes each, as in the sample data. */
export const HOT_PATHS: readonly string[] = Array.from(
  { length: CHALLENGES },
  (_, index) => `/analytics/arena/lane-distributions?challenge_id=${challenge(index + 1)}`,
);

/** Path of the answer that most measurements use: three rows. */
export const LANES_PATH = `/analytics/arena/lane-distributions?challenge_id=${challenge(1)}`;

/** Paths of a hundred different answers of a few rows each. */
export const MANY_PATHS: readonly string[] = [4, 5, 6, 7, 8].flatMap((weeks) =>
  HOT_PATHS.map((_, index) =>
    `/analytics/arena/progress?agent_id=${AGENT}&challenge_id=${challenge(index + 1)}&weeks=${weeks}`
  )
);

/** Path of an answer with a year of weeks, long enough for compression to pay. */
export const WEEKS_PATH = `/analytics/arena/progress?agent_id=${AGENT}&challenge_id=${challenge(1)}&weeks=52`;

/**
 * Two agents and twenty challenges, with a scored submission of each agent in each challenge in every week of a year.
 */
export async function plant(sql: postgres.Sql): Promise<void> {
  await sql`insert into public.challenges (id, title)
    select ('c0000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'Challenge ' || n from generate_series(1, ${CHALLENGES}) as n`;
  await sql`insert into public.agents (id, name, owner_id) values
    (${AGENT}, 'one', ${demoUsers.member}), (${OTHER_AGENT}, 'other', ${demoUsers.other_tenant})`;
  await sql`
    insert into public.submissions (agent_id, challenge_id, status, final_lane_scores, composite_score, created_at)
    select a.id, c.id, 'scored', jsonb_build_object('TMA', s.score, 'CMA', 100 - s.score, 'Exam', s.score / 2), s.score,
      '2025-09-01 09:00+00'::timestamptz + w * interval '7 days'
    from public.agents as a
    cross join public.challenges as c
    cross join generate_series(0, 51) as w
    cross join lateral (select (w * 37 + length(a.name) * 11) % 100 as score) as s`;
  await refreshArena(sql);
}

/** Changes every score, so that each challenge's answer changes. */
export async function moveScores(sql: postgres.Sql): Promise<void> {
  await sql`update public.submissions set final_lane_scores =
    jsonb_build_object('TMA', ((final_lane_scores->>'TMA')::integer + 7) % 100, 'CMA', final_lane_scores->'CMA', 'Exam', final_lane_scores->'Exam')`;
}

async function refreshArena(sql: postgres.Sql): Promise<void> {
  const views = await sql`select view_name from freshet.refresh_order() order by depth, view_name`;
  for (const { view_name } of views) await sql`select analytics.refresh_view(${view_name})`;
}
