import assert from "node:assert/strict";
import type postgres from "postgres";
import { importOulad } from "../../tools/import_oulad.ts";
import { challengeId, submissionId } from "../../tools/oulad/ids.ts";
import { testDatabaseUrl } from "../support/test_database.ts";
import { SAMPLE_FOLDER, withOulad } from "./oulad_database.ts";

async function importSample() {
  const report: string[] = [];
  const imported = await importOulad({
    databaseUrl: testDatabaseUrl(),
    folder: SAMPLE_FOLDER,
    report: (line) => report.push(line),
  });
  return { imported, report };
}

/** Changes with every new version of a row: where it lies and which transaction wrote it; and with every logged change. */
async function versions(sql: postgres.Sql): Promise<unknown> {
  return await sql`
    select 'challenges' as source, count(*), md5(string_agg(c.ctid::text || c.xmin::text, ',' order by c.id))
    from public.challenges as c
    union all
    select 'agents', count(*), md5(string_agg(a.ctid::text || a.xmin::text, ',' order by a.id)) from public.agents as a
    union all
    select 'submissions', count(*), md5(string_agg(s.ctid::text || s.xmin::text, ',' order by s.id))
    from public.submissions as s
    union all
    select 'source_changes', count(*), max(c.txid::text) from analytics.source_changes as c`;
}

Deno.test("importOulad() loads every row of the dataset and says how many", async () => {
  const { imported, report } = await importSample();
  assert.deepEqual({ ...imported, seconds: 0 }, { challenges: 22, agents: 23_369, submissions: 173_912, seconds: 0 });
  assert.ok(imported.seconds < 60, `It took ${imported.seconds} s`);
  assert.ok(report.some((line) => /studentAssessment.csv.gz: 100 %$/.test(line)), report.join("\n"));
  await withOulad(async (sql) => {
    const [counts] = await sql`
      select count(*)::integer as submissions, count(distinct s.agent_id)::integer as agents,
          count(distinct s.challenge_id)::integer as challenges,
          count(*) filter (where s.status = 'scored')::integer as scored
      from public.submissions as s
      where s.challenge_id = any(${(await presentations(sql)).map(challengeId)})`;
    assert.deepEqual({ ...counts }, { submissions: 173_912, agents: 23_369, challenges: 22, scored: 173_739 });
  });
});

async function presentations(sql: postgres.Sql) {
  const rows = await sql<
    { title: string }[]
  >`select c.title from public.challenges as c where c.title ~ '^[A-G]{3} 201[34][BJ]$'`;
  return rows.map(({ title }) => ({ code_module: title.slice(0, 3), code_presentation: title.slice(4) }));
}

Deno.test("importOulad() writes no row version and logs no change the second time", async () => {
  await withOulad(async (sql) => {
    const before = await versions(sql);
    const { report } = await importSample();
    assert.deepEqual(await versions(sql), before);
    assert.equal(
      report.at(-1),
      "Challenges: 22 (unchanged); agents: 23,369 (unchanged); submissions: 173,912 (unchanged)",
    );
  });
});

Deno.test("importOulad() restores exactly the rows that somebody changed or deleted", async () => {
  await withOulad(async (sql) => {
    await sql`update public.submissions set composite_score = 1 where id = ${submissionId("1752", "11391")}`;
    await sql`delete from public.submissions where id = ${submissionId("1752", "28400")}`;
    const { report } = await importSample();
    assert.match(report.at(-1) ?? "", /submissions: 173,912 \(2 written\)$/);
  });
});
