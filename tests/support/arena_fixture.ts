import type postgres from "postgres";
import { demoUsers } from "../../stack/demo_users.ts";

export const challenge = "c0000000-0000-4000-8000-000000000001";
/** Fewer than five samples in its one lane. */
export const smallChallenge = "c0000000-0000-4000-8000-000000000002";
export const memberAgent = "d0000000-0000-4000-8000-000000000001";
export const otherAgent = "d0000000-0000-4000-8000-000000000002";

/**
 * Two owners, one agent each. In `challenge`, lane TMA, the member scores 10, 20, 30 and the other 40, 50, 60 on the
 * Mondays from 2026-01-05: mean 35, quartiles 22.5, 35, 47.5. In `smallChallenge` each has one sample.
 */
export async function plantArena(sql: postgres.Sql): Promise<void> {
  await sql`insert into public.challenges (id, title) values (${challenge}, 'Essay'), (${smallChallenge}, 'Small')`;
  await sql`insert into public.agents (id, name, owner_id) values
    (${memberAgent}, 'canary-member', ${demoUsers.member}), (${otherAgent}, 'canary-other', ${demoUsers.other_tenant})`;
  await sql`
    insert into public.submissions (agent_id, challenge_id, status, final_lane_scores, composite_score, created_at)
    select s.agent_id::uuid, ${challenge}, 'scored', jsonb_build_object('TMA', s.score), s.score,
      '2026-01-05 09:00+00'::timestamptz + (s.week - 1) * interval '7 days'
    from (values
      (${memberAgent}, 10, 1), (${memberAgent}, 20, 2), (${memberAgent}, 30, 3),
      (${otherAgent}, 40, 1), (${otherAgent}, 50, 2), (${otherAgent}, 60, 3)
    ) as s (agent_id, score, week)`;
  await sql`
    insert into public.submissions (agent_id, challenge_id, status, final_lane_scores, composite_score)
    select a.id, ${smallChallenge}, 'scored', '{"TMA": 1}', 1 from public.agents as a`;
  await refreshAll(sql);
}

export async function refreshAll(sql: postgres.Sql): Promise<void> {
  const views = await sql`select view_name from private.refresh_order() order by depth, view_name`;
  for (const { view_name } of views) await sql`select analytics.refresh_view(${view_name})`;
}
