import assert from "node:assert/strict";
import type postgres from "postgres";
import { attemptId, orgId, scenarioId, userId } from "../../samples/oulad/import/ids.ts";
import { withOulad } from "./oulad_database.ts";

async function attempt(sql: postgres.Sql, idAssessment: string, idStudent: string): Promise<unknown> {
  const [row] = await sql`
    select
        a.org_id, o.name as org, a.user_id, u.name as "user", u.email, m.role::text, m.manager_id, m.left_at,
        (m.joined_at at time zone 'UTC')::text as joined_at, a.scenario_id, s.title, s.category, s.difficulty,
        a.status, a.score::text, a.duration_seconds, a.talk_ms, a.listen_ms,
        (a.started_at at time zone 'UTC')::text as started_at, (a.ended_at at time zone 'UTC')::text as ended_at
    from public.scenario_attempts as a
    join public.orgs as o on o.id = a.org_id
    join public.users as u on u.id = a.user_id
    join public.org_members as m on m.org_id = a.org_id and m.user_id = a.user_id
    join public.scenarios as s on s.org_id = a.org_id and s.id = a.scenario_id
    where a.id = ${attemptId(idAssessment, idStudent)}`;
  return row === undefined ? undefined : { ...row };
}

/** What the dataset says nothing of. */
const UNSAID = {
  email: null,
  manager_id: null,
  left_at: null,
  difficulty: null,
  duration_seconds: null,
  talk_ms: null,
  listen_ms: null,
};

/** Lines of the files and what they become, worked out by hand; 1752 is a TMA of AAA 2013J. Both students submitted nothing in AAA before. */
const ATTEMPTS = [
  {
    what: "a line, to a completed attempt: 1752,11391,18,0,78",
    ids: ["1752", "11391"],
    row: {
      ...UNSAID,
      org_id: orgId("AAA"),
      org: "AAA",
      user_id: userId("11391"),
      user: "Student 11391",
      role: "trainee",
      joined_at: "2013-10-19 00:00:00",
      scenario_id: scenarioId("1752"),
      title: "AAA 2013J, TMA 1752",
      category: "TMA",
      status: "completed",
      score: "78",
      started_at: "2013-10-19 00:00:00",
      ended_at: "2013-10-19 00:00:00",
    },
  },
  {
    what: "no score, to a completed attempt without one: 1752,721259,22,0,",
    ids: ["1752", "721259"],
    row: {
      ...UNSAID,
      org_id: orgId("AAA"),
      org: "AAA",
      user_id: userId("721259"),
      user: "Student 721259",
      role: "trainee",
      joined_at: "2013-10-23 00:00:00",
      scenario_id: scenarioId("1752"),
      title: "AAA 2013J, TMA 1752",
      category: "TMA",
      status: "completed",
      score: null,
      started_at: "2013-10-23 00:00:00",
      ended_at: "2013-10-23 00:00:00",
    },
  },
] as const;

Deno.test("importOulad() maps for the training pack", async (t) => {
  await withOulad(async (sql) => {
    for (const { what, ids: [idAssessment, idStudent], row } of ATTEMPTS) {
      await t.step(what, async () => assert.deepEqual(await attempt(sql, idAssessment, idStudent), row));
    }
    await t.step("a student of several modules, to one user with as many memberships", async () => {
      const [modules] = await sql`
        select array_agg(o.name order by o.name) as names
        from public.org_members as m join public.orgs as o on o.id = m.org_id
        where m.user_id = ${userId("490297")}`;
      assert.deepEqual(modules?.names, ["CCC", "DDD", "FFF"]);
    });
  });
});
