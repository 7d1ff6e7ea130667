// The figures of the weekly digest for the whole data set, with managers and assignments that the data set lacks: each
// student reports to one of three managers of the module, and every tenth has the TMAs of presentation 2014B to do.
import assert from "node:assert/strict";
import type postgres from "postgres";
import { withOuladInDuckdb } from "../../../../tests/support/rigs/duckdb.ts";
import { refreshViews, withOulad } from "../../../../tests/oulad/oulad_database.ts";
import { rowDifferences, type TextRow } from "../../../../tests/oulad/row_difference.ts";

/** Weeks in which many students have five scores: of two modules, of five, and one that lies in two years. */
const WEEKS = ["2014-05-19", "2014-09-29", "2013-12-30"] as const;

const PERSON = `
  create view person as
  select distinct org_id, user_id, 'digest-manager-' || (user_id[7:]::bigint % 3) as manager_id from attempt`;

const ASSIGNMENT = `
  create view assignment as
  select
      md5('oulad:module:' || s.code_module)::uuid::varchar as org_id, 'oulad-' || s.id_student as user_id,
      case when t.id_assessment % 2 = 0 then date '2014-05-20' else date '2014-06-20' end as due_on,
      exists (
          from submission as x
          where x.id_student = s.id_student and x.id_assessment = t.id_assessment and x.submitted_on >= date '2014-04-01'
      ) as is_completed
  from (select distinct code_module, id_student from submission where id_student % 10 = 0) as s
  join (
      select distinct code_module, id_assessment from submission
      where code_presentation = '2014B' and assessment_type = 'TMA'
  ) as t using (code_module)`;

function totals(week: string): string {
  return `
    with own as (
        select
            org_id, user_id, count(*) filter (where submitted_on >= date '${week}') as attempts,
            count(score) filter (where submitted_on >= date '${week}') as scored,
            sum(score) filter (where submitted_on >= date '${week}')::hugeint as total,
            count(score) filter (where submitted_on < date '${week}') as scored_before,
            sum(score) filter (where submitted_on < date '${week}')::hugeint as total_before
        from attempt
        where submitted_on between date '${week}' - 7 and date '${week}' + 6
        group by all
    ),
    todo as (
        select
            org_id, user_id, count(*) as assigned, count(*) filter (where is_completed) as completed,
            count(*) filter (where not is_completed and due_on < date '${week}' + 7) as overdue
        from assignment
        group by all
    ),
    team as (
        select
            org_id, manager_id, count(*) as people, count(*) filter (where attempts > 0) as active,
            coalesce(sum(attempts), 0)::hugeint as attempts, coalesce(sum(scored), 0)::hugeint as n, sum(total)::hugeint as p,
            coalesce(sum(scored_before), 0)::hugeint as n_before, sum(total_before)::hugeint as p_before,
            coalesce(sum(assigned), 0)::hugeint as assigned, coalesce(sum(completed), 0)::hugeint as completed,
            coalesce(sum(overdue), 0)::hugeint as overdue
        from person left join own using (org_id, user_id) left join todo using (org_id, user_id)
        group by all
    )
    select
        org_id, manager_id, people::varchar as people_count, active::varchar as active_count,
        attempts::varchar as attempts_count, n::varchar as scored_count,
        case when n > 0 then thousandths(p, n)::varchar end as avg_score,
        case when n > 0 and n_before > 0 then thousandths(p * n_before - p_before * n, n * n_before)::varchar end
            as avg_score_change,
        assigned::varchar as assignments_count, completed::varchar as completed_count,
        case when assigned > 0 then
            (((20000 * completed + assigned) // (2 * assigned))::decimal(15, 0) * 0.0001::decimal(5, 4))::varchar
        end as completion_rate,
        overdue::varchar as overdue_count
    from team`;
}

function lists(week: string): string {
  return `
    with scored as (
        select org_id, manager_id, user_id, count(score)::hugeint as n, sum(score)::hugeint as total
        from attempt join person using (org_id, user_id)
        where submitted_on between date '${week}' and date '${week}' + 6
        group by all
        having count(score) >= 5
    ),
    placed as (
        select
            *,
            row_number() over (team order by total::double / n desc, n desc, user_id) as place,
            row_number() over (team order by total::double / n, n, user_id desc) as from_below,
            rank() over (team order by total::double / n desc) as score_rank,
            count(*) over (partition by org_id, manager_id, total::double / n) as tied
        from scored
        window team as (partition by org_id, manager_id)
    )
    select
        org_id, manager_id, case when place <= 5 then 'best' else 'lowest' end as list,
        (case when place <= 5 then place else from_below end)::varchar as place, user_id,
        'Student ' || user_id[7:] as name, thousandths(total, n)::varchar as avg_score, n::varchar as scored_count,
        score_rank::varchar as rank, tied::varchar as tied_count
    from placed
    where place <= 5 or from_below <= 5`;
}

class RolledBack extends Error {}

/** Nothing of what the body does stays in the sample. */
async function inTransaction(sql: postgres.Sql, body: (sql: postgres.TransactionSql) => Promise<void>): Promise<void> {
  await sql.begin(async (transaction) => {
    await body(transaction);
    throw new RolledBack();
  }).catch((error) => {
    if (!(error instanceof RolledBack)) throw error;
  });
}

async function plantTeams(sql: postgres.TransactionSql): Promise<void> {
  await sql`insert into public.users (id, name) select 'digest-manager-' || n, 'Manager' from generate_series(0, 2) as n`;
  await sql`
    insert into public.org_members (org_id, user_id, role)
    select o.id, 'digest-manager-' || n, 'manager' from public.orgs as o cross join generate_series(0, 2) as n
    where o.id = md5('oulad:module:' || o.name)::uuid`;
  await sql`
    update public.org_members as m set manager_id = 'digest-manager-' || (substr(m.user_id, 7)::bigint % 3)
    where m.user_id ~ '^oulad-[0-9]+$'`;
  await sql`delete from public.assignments`;
  // A scenario's title ends with the id of its assessment.
  await sql`
    insert into public.assignments (org_id, scenario_id, assignee_id, due_on, assigned_at)
    select
        m.org_id, s.id, m.user_id,
        case when substring(s.title from '[0-9]+$')::bigint % 2 = 0 then date '2014-05-20' else '2014-06-20' end,
        '2014-04-01 00:00+00'
    from public.org_members as m
    join public.scenarios as s on s.org_id = m.org_id and s.title like '% 2014B, TMA %'
    where m.user_id ~ '^oulad-[0-9]*0$'`;
}

async function digests(sql: postgres.TransactionSql, week: string): Promise<{ totals: TextRow[]; lists: TextRow[] }> {
  const of = sql`freshet.digest_figures(${week}, ${week}::date + 7) as f`;
  const totals = await sql<{ row: TextRow }[]>`
    select jsonb_build_object('org_id', f.org_id, 'manager_id', f.manager_id) || (
        select jsonb_object_agg(c.key, c.value) from jsonb_each_text(f.figures - '{best,lowest}'::text[]) as c
    ) as row
    from ${of} where f.manager_id like 'digest-manager-%'`;
  const lists = await sql<{ row: TextRow }[]>`
    select jsonb_build_object('org_id', f.org_id, 'manager_id', f.manager_id, 'list', l.list, 'place', p.place::text) || (
        select jsonb_object_agg(c.key, c.value) from jsonb_each_text(p.person) as c
    ) as row
    from ${of}
    cross join unnest(array['best', 'lowest']) as l (list)
    cross join jsonb_array_elements(f.figures -> l.list) with ordinality as p (person, place)
    where f.manager_id like 'digest-manager-%'`;
  return { totals: totals.map(({ row }) => row), lists: lists.map(({ row }) => row) };
}

Deno.test("the digests of three weeks of OULAD have, in every figure and list, what DuckDB computes from the files", async (t) => {
  await withOuladInDuckdb((duckdb) =>
    withOulad((sql) =>
      inTransaction(sql, async (transaction) => {
        await plantTeams(transaction);
        await refreshViews(transaction, ["mv_user_activity_day", "mv_assignment_status"]);
        for (const week of WEEKS) {
          await t.step(`the week of ${week}`, async () => {
            const expected = { totals: await duckdb.rows(totals(week)), lists: await duckdb.rows(lists(week)) };
            const actual = await digests(transaction, week);
            assert.equal(expected.totals.length, 21, "three managers of seven modules");
            const key = ["org_id", "manager_id"];
            const differences = [
              ...rowDifferences({ actual: actual.totals, expected: expected.totals, key }),
              ...rowDifferences({ actual: actual.lists, expected: expected.lists, key: [...key, "list", "place"] }),
            ];
            assert.deepEqual(differences.slice(0, 20), []);
            if (week === "2014-05-19") {
              assert.ok(expected.totals.some(({ overdue_count: count }) => Number(count) > 0), "no one is overdue");
              assert.ok(expected.lists.some(({ list }) => list === "lowest"), "no team has more than five with scores");
            }
          });
        }
      })
    ), [PERSON, ASSIGNMENT]);
});
