import assert from "node:assert/strict";
import { importOuladInto } from "../../../../stack/import_oulad.ts";
import { BUSY_AGENTS, BUSY_CHALLENGE } from "../../../../samples/oulad/import/busy_agents.ts";
import { agentId } from "../../../../samples/oulad/import/ids.ts";
import { withCopyOf } from "../../../../tests/support/rigs/sample_copy.ts";
import { refreshViews, SAMPLE_FOLDER, withOulad } from "../../../../tests/oulad/oulad_database.ts";

const MEMBER = "11111111-1111-4111-8111-111111111111";
const OTHER_TENANT = "22222222-2222-4222-8222-222222222222";

function sample(databaseUrl: string) {
  return { databaseUrl, folder: SAMPLE_FOLDER, packs: ["arena"], report: () => {} };
}

Deno.test("importOulad() gives the busy agents to the owners, nobody another one, and keeps that without owners", () =>
  withCopyOf("sample", (databaseUrl) =>
    withOulad(async (sql) => {
      const owned = async () =>
        (await sql`
        select a.id, a.owner_id
        from public.agents as a
        where a.owner_id is not null and a.id = md5('oulad:student:' || substr(a.name, 9))::uuid
        order by a.owner_id`).map((row) => ({ ...row }));
      const expected = [
        { id: BUSY_AGENTS.member, owner_id: MEMBER },
        { id: BUSY_AGENTS.other_tenant, owner_id: OTHER_TENANT },
      ];
      await sql`update public.agents set owner_id = ${MEMBER} where id = ${agentId("11391")}`;
      await importOuladInto({ ...sample(databaseUrl), owners: { member: MEMBER, other_tenant: OTHER_TENANT } });
      assert.deepEqual(await owned(), expected);
      await importOuladInto(sample(databaseUrl));
      assert.deepEqual(await owned(), expected);
    }, databaseUrl)));

Deno.test("the busy agents are those with the most weeks in the busy challenge, of those with a weak lane", async () => {
  await withOulad(async (sql) => {
    await refreshViews(sql, ["mv_lane_score_distribution", "mv_weakness_patterns", "mv_agent_progress"]);
    const busiest = await sql`
      select p.agent_id, count(*)::integer as weeks, sum(p.submission_count)::integer as submissions
      from analytics.mv_agent_progress as p
      join public.agents as a on a.id = p.agent_id
      where p.challenge_id = ${BUSY_CHALLENGE}
          and exists (
              select
              from analytics.mv_weakness_patterns as w
              where w.agent_id = p.agent_id
                  and w.challenge_id = p.challenge_id
                  and w.performance_category in ('persistent_weakness', 'below_median')
          )
      group by p.agent_id, a.name
      order by weeks desc, submissions desc, substr(a.name, 9)::integer
      limit 2`;
    assert.deepEqual(busiest.map((row) => ({ ...row })), [
      { agent_id: BUSY_AGENTS.member, weeks: 14, submissions: 14 },
      { agent_id: BUSY_AGENTS.other_tenant, weeks: 14, submissions: 14 },
    ]);
  });
});
