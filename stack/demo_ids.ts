import postgres from "postgres";
import { demoTrainingOrg } from "../packs/training/demo/rows.ts";
import { demoUsers } from "./tokens.ts";

/** An agent for which the sample data hold something to see, and the challenge that it has worked at most. */
export interface DemoIds {
  /** Owned by the member of the demo tokens. */
  readonly agentId: string;
  readonly challengeId: string;
}

/** Null where the samples were not loaded: `start --no-samples`, or a project without these packs. */
export async function findDemoIds(databaseUrl: string): Promise<DemoIds | null> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  try {
    const [row] = await sql<DemoIds[]>`
      select a.id as "agentId", p.challenge_id as "challengeId"
      from public.agents as a
      join analytics.mv_agent_progress as p on p.agent_id = a.id
      where a.owner_id = ${demoUsers.member}
        and exists (select from public.org_members as m where m.org_id = ${demoTrainingOrg} and m.role = 'manager')
      group by a.id, p.challenge_id
      order by a.id, count(*) desc, p.challenge_id
      limit 1`;
    return row ?? null;
  } catch (error) {
    if (error instanceof postgres.PostgresError) return null; // such a project lacks the tables
    throw error;
  } finally {
    await sql.end({ timeout: 5 });
  }
}
