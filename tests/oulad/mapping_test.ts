import assert from "node:assert/strict";
import type postgres from "postgres";
import { agentId, attemptId, challengeId, orgId, scenarioId, submissionId } from "../../samples/oulad/import/ids.ts";
import { withOulad } from "./oulad_database.ts";

async function submission(sql: postgres.Sql, idAssessment: string, idStudent: string): Promise<unknown> {
  const [row] = await sql`
    select
        s.agent_id, s.challenge_id, c.title, a.name, s.bout_id, s.status, s.final_lane_scores::text as lanes,
        s.composite_score::text as score, (s.created_at at time zone 'UTC')::text as created_at
    from public.submissions as s
    join public.challenges as c on c.id = s.challenge_id
    join public.agents as a on a.id = s.agent_id
    where s.id = ${submissionId(idAssessment, idStudent)}`;
  return row === undefined ? undefined : { ...row };
}

/** Lines of the files and what they become, worked out by hand. */
const MAPPED = [
  {
    what: "a line, to its submission: 1752,11391,18,0,78",
    why: "1752 is a TMA of AAA 2013J, which starts on 1 October 2013",
    ids: ["1752", "11391"],
    row: {
      ...of("AAA", "2013J", "11391"),
      status: "scored",
      lanes: '{"TMA": 78}',
      score: "78",
      created_at: "2013-10-19 00:00:00",
    },
  },
  {
    what: "a negative day, to a time before the start: 15008,559381,-11,0,63",
    why: "15008 is a TMA of BBB 2014B, which starts on 1 February 2014",
    ids: ["15008", "559381"],
    row: {
      ...of("BBB", "2014B", "559381"),
      status: "scored",
      lanes: '{"TMA": 63}',
      score: "63",
      created_at: "2014-01-21 00:00:00",
    },
  },
  {
    what: "a day far behind the end: 34878,325750,608,0,74",
    why: "34878 is a CMA of FFF 2013J: 365 days take 1 October 2013 to 1 October 2014, 243 more are 1 June 2015",
    ids: ["34878", "325750"],
    row: {
      ...of("FFF", "2013J", "325750"),
      status: "scored",
      lanes: '{"CMA": 74}',
      score: "74",
      created_at: "2015-06-01 00:00:00",
    },
  },
  {
    what: "no score, to a submission that is not scored: 1752,721259,22,0,",
    why: "the last field is empty",
    ids: ["1752", "721259"],
    row: {
      ...of("AAA", "2013J", "721259"),
      status: "submitted",
      lanes: null,
      score: null,
      created_at: "2013-10-23 00:00:00",
    },
  },
] as const;

function of(code_module: string, code_presentation: string, idStudent: string) {
  return {
    agent_id: agentId(idStudent),
    challenge_id: challengeId({ code_module, code_presentation }),
    title: `${code_module} ${code_presentation}`,
    name: `Student ${idStudent}`,
    bout_id: null,
  };
}

Deno.test("importOulad() maps", async (t) => {
  await withOulad(async (sql) => {
    for (const { what, why, ids: [idAssessment, idStudent], row } of MAPPED) {
      await t.step(what, async () => assert.deepEqual(await submission(sql, idAssessment, idStudent), row, why));
    }
  });
});

// What Postgres answers to select md5('…')::uuid.
Deno.test("the names of the ids give what Postgres computes", () => {
  assert.equal(orgId("AAA"), "869aaf22-66f7-033a-bdea-5977cbf6bbdd");
  assert.equal(scenarioId("1752"), "eb0a8221-5711-6990-5c59-8d28dcd214ae");
  assert.equal(attemptId("1752", "11391"), "d95f8542-9598-3625-7d40-e00796b59893");
  assert.equal(agentId("11391"), "123f47c3-5f63-5c72-20af-79290aa5cb8d");
  assert.equal(
    challengeId({ code_module: "AAA", code_presentation: "2013J" }),
    "79457c68-73a8-bbda-8d4a-4f2feba84144",
  );
  assert.equal(submissionId("1752", "11391"), "92fca3aa-bdd1-f36a-9711-06ccf9014ed9");
});
