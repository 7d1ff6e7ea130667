import { demoUsers } from "../../stack/demo_users.ts";
import type { PackDemo } from "../../stack/pack_demo.ts";
import { BUSY_CHALLENGE } from "../../samples/oulad/import/busy_agents.ts";
import { plantDemoBouts } from "./demo/bouts.ts";

/** An agent with enough rows in the sample data to show, and the challenge to which it has submitted most. */
interface Shown {
  readonly agent_id: string;
  readonly challenge_id: string;
}

export const demo: PackDemo = {
  sample: {
    async state(sql) {
      const [table] = await sql`
        select to_regclass('public.submissions') is not null and to_regclass('public.challenges') is not null as exists`;
      if (table?.exists !== true) return "absent";
      const [held] = await sql`
        select exists (select from public.challenges as c where c.id = ${BUSY_CHALLENGE}) as is_sample,
            not exists (select from public.submissions) as is_empty`;
      if (held?.is_empty === true) return "empty";
      return held?.is_sample === true ? "sample" : "own";
    },
    complete: plantDemoBouts,
  },
  async lines(sql) {
    const [shown] = await sql<Shown[]>`
      select a.id as agent_id, p.challenge_id
      from public.agents as a
      join analytics.mv_agent_progress as p on p.agent_id = a.id
      where a.owner_id = ${demoUsers.member}
      group by a.id, p.challenge_id
      order by a.id, count(*) desc, p.challenge_id
      limit 1`;
    if (shown === undefined) return [];
    const { agent_id, challenge_id } = shown;
    return [
      {
        what: "The spread of scores in each lane of one challenge",
        path: `/arena/lane-distributions?challenge_id=${challenge_id}`,
        as: null,
      },
      {
        what: "Where the member's agent keeps scoring below the field",
        path: `/arena/weakness-patterns?agent_id=${agent_id}`,
        as: "member",
      },
      {
        what: "The progress of that agent, week by week",
        path: `/arena/progress?agent_id=${agent_id}&challenge_id=${challenge_id}`,
        as: "member",
      },
    ];
  },
};
