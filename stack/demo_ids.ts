import postgres from "postgres";
import { demoUsers } from "./tokens.ts";

/** An agent for which the sample data hold something to see, and the challenge that it has worked at most. */
export interface DemoIds {
  /** Owned by the member of the demo tokens. */
  readonly agentId: string;
  readonly challengeId: string;
}

/** Stands for a row that is not there: the lines then answer with nothing, but they do answer. */
const NOBODY = "00000000-0000-4000-8000-000000000000";

export async function findDemoIds(databaseUrl: string): Promise<DemoIds> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  try {
    const [agent] = await sql`
      select a.id from public.agents as a where a.owner_id = ${demoUsers.member} order by a.id limit 1`;
    const [challenge] = await sql`
      select p.challenge_id from analytics.mv_agent_progress as p
      where p.agent_id = ${agent?.id ?? NOBODY}
      group by p.challenge_id order by count(*) desc, p.challenge_id limit 1`;
    return { challengeId: String(challenge?.challenge_id ?? NOBODY), agentId: String(agent?.id ?? NOBODY) };
  } catch (error) {
    // A project without the arena pack has neither table.
    if (error instanceof postgres.PostgresError) return { challengeId: NOBODY, agentId: NOBODY };
    throw error;
  } finally {
    await sql.end({ timeout: 5 });
  }
}
