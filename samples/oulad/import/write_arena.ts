import type postgres from "postgres";
import { BUSY_AGENTS } from "./busy_agents.ts";
import { count, type Written } from "./written.ts";

/** Who owns the two busy agents. */
export interface Owners {
  readonly member: string;
  readonly other_tenant: string;
}

/**
 * Brings the arena to what was mapped. Rows that are already right are not touched, and a table that is right gets no
 * statement at all: its triggers would log a change and every view would be recomputed for nothing.
 */
export async function writeArena(
  sql: postgres.TransactionSql,
  owners: Owners | undefined,
): Promise<Record<"challenges" | "agents" | "submissions", Written>> {
  return {
    challenges: await writeChallenges(sql),
    agents: await writeAgents(sql, owners),
    submissions: await writeSubmissions(sql),
  };
}

async function writeChallenges(sql: postgres.TransactionSql): Promise<Written> {
  await sql`
    create temporary table oulad_new_challenges on commit drop as
    select w.id, w.title from pg_temp.oulad_wanted_challenges as w
    except
    select c.id, c.title from public.challenges as c`;
  const written = await count(sql`select count(*) from pg_temp.oulad_new_challenges`);
  if (written > 0) {
    await sql`
      insert into public.challenges (id, title)
      select n.id, n.title from pg_temp.oulad_new_challenges as n
      on conflict (id) do update set title = excluded.title`;
  }
  return { wanted: await count(sql`select count(*) from pg_temp.oulad_wanted_challenges`), written };
}

/** Without `owners`, owners that somebody set stay; with them, the two busy agents are owned and all others are nobody's. */
async function writeAgents(sql: postgres.TransactionSql, owners: Owners | undefined): Promise<Written> {
  await sql`
    create temporary table oulad_new_agents on commit drop as
    select
        w.id,
        w.name,
        case
            when not ${owners !== undefined} then a.owner_id
            when w.id = ${BUSY_AGENTS.member} then ${owners?.member ?? null}::uuid
            when w.id = ${BUSY_AGENTS.other_tenant} then ${owners?.other_tenant ?? null}::uuid
        end as owner_id
    from pg_temp.oulad_wanted_agents as w
    left join public.agents as a on a.id = w.id
    except
    select a.id, a.name, a.owner_id from public.agents as a`;
  const written = await count(sql`select count(*) from pg_temp.oulad_new_agents`);
  if (written > 0) {
    await sql`
      insert into public.agents (id, name, owner_id)
      select n.id, n.name, n.owner_id from pg_temp.oulad_new_agents as n
      on conflict (id) do update set name = excluded.name, owner_id = excluded.owner_id`;
  }
  return { wanted: await count(sql`select count(*) from pg_temp.oulad_wanted_agents`), written };
}

async function writeSubmissions(sql: postgres.TransactionSql): Promise<Written> {
  await sql`
    create temporary table oulad_new_submissions on commit drop as
    select w.id, w.agent_id, w.challenge_id, w.status, w.final_lane_scores, w.composite_score, w.created_at
    from pg_temp.oulad_wanted_submissions as w
    except
    select s.id, s.agent_id, s.challenge_id, s.status, s.final_lane_scores, s.composite_score, s.created_at
    from public.submissions as s`;
  const written = await count(sql`select count(*) from pg_temp.oulad_new_submissions`);
  if (written > 0) {
    await sql`
      insert into public.submissions
          (id, agent_id, challenge_id, status, final_lane_scores, composite_score, created_at)
      select n.id, n.agent_id, n.challenge_id, n.status, n.final_lane_scores, n.composite_score, n.created_at
      from pg_temp.oulad_new_submissions as n
      on conflict (id) do update set
          agent_id = excluded.agent_id,
          challenge_id = excluded.challenge_id,
          status = excluded.status,
          final_lane_scores = excluded.final_lane_scores,
          composite_score = excluded.composite_score,
          created_at = excluded.created_at`;
    // A first refresh right after the load would plan for empty tables until autovacuum comes by.
    await sql`analyze public.submissions`;
  }
  return { wanted: await count(sql`select count(*) from pg_temp.oulad_wanted_submissions`), written };
}
