// What the triggers promise: whatever is written to the attempts, in whatever order, by how many at once, and whatever is
// rolled back, analytics.fact_scenario_attempts is what a recomputation from the attempts makes.
import { deepEqual, ok } from "node:assert/strict";
import fc from "fast-check";
import type postgres from "postgres";
import { plantOrgs, removeOrgs, type Statement, statement } from "../support/attempt_statements.ts";
import { proofs } from "../../../../tests/support/random/proofs.ts";
import { withConnections } from "../../../../tests/support/rigs/test_database.ts";

const facts = `
  select attempt_id, date_key, org_id, user_id, scenario_id, score, duration_seconds, talk_ms, listen_ms, started_at, ended_at
  from analytics.fact_scenario_attempts`;
// Spelled out here, and not taken from the view that the triggers use.
const recomputation = `
  select id, cast(started_at at time zone 'UTC' as date), org_id, user_id, scenario_id, score, duration_seconds, talk_ms,
    listen_ms, started_at, ended_at
  from public.scenario_attempts where status = 'completed'`;

async function differences(sql: postgres.Sql): Promise<unknown[]> {
  const rows = await sql.unsafe(
    `(${facts} except all ${recomputation}) union all (${recomputation} except all ${facts})`,
  );
  return [...rows];
}

async function run(sql: postgres.Sql, { text, values }: Statement): Promise<void> {
  await sql.unsafe(text, values);
}

function factsTest(name: string, connectionCount: number, body: (connections: postgres.Sql[]) => Promise<void>): void {
  Deno.test(`the facts of attempts ${name}`, () =>
    withConnections(connectionCount, async (connections) => {
      try {
        await body(connections);
      } finally {
        const [sql] = connections;
        if (sql !== undefined) await removeOrgs(sql);
      }
    }));
}

const step = fc.oneof(
  { weight: 5, arbitrary: statement },
  {
    weight: 1,
    arbitrary: fc.constantFrom("begin", "savepoint s", "rollback to s", "commit", "rollback")
      .map((text): Statement => ({ text, values: [] })),
  },
);

/** Whether a transaction is open, and whether it has a savepoint to go back to. */
function fits(text: string, open: boolean, saved: boolean): boolean {
  if (text === "begin") return !open;
  if (text === "rollback to s") return saved;
  return !["savepoint s", "commit", "rollback"].includes(text) || open;
}

factsTest("equal a recomputation after any statements, some of them rolled back", 1, async ([sql]) => {
  ok(sql !== undefined);
  let seen = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (plan) => {
      await plantOrgs(sql);
      let [open, saved] = [false, false];
      for (const next of plan) {
        if (!fits(next.text, open, saved)) continue;
        await run(sql, next);
        if (next.text === "begin") open = true;
        if (next.text === "savepoint s") saved = true;
        if (next.text === "commit" || next.text === "rollback") [open, saved] = [false, false];
        deepEqual(await differences(sql), [], `after ${next.text}`);
      }
      if (open) await sql`commit`;
      deepEqual(await differences(sql), []);
      const [row] = await sql`select count(*)::integer as count from analytics.fact_scenario_attempts`;
      seen += Number(row?.["count"]);
    }),
    { numRuns: proofs(150, 1_000) },
  );
  ok(seen > 150, `the plans left ${seen} facts to compare`);
});

factsTest("equal a recomputation after writers that work at once", 5, async (connections) => {
  const [sql, ...writers] = connections;
  ok(sql !== undefined);
  const transaction = fc.record({
    statements: fc.array(statement, { minLength: 1, maxLength: 4 }),
    end: fc.constantFrom("commit", "commit", "rollback"),
  });
  const plans = fc.array(fc.array(transaction, { maxLength: 5 }), {
    minLength: writers.length,
    maxLength: writers.length,
  });
  let committed = 0;
  await fc.assert(
    fc.asyncProperty(plans, async (all) => {
      await plantOrgs(sql);
      // Two that wait for each other find out sooner than by the server's deadlock_timeout.
      for (const writer of writers) await writer`set lock_timeout = '200ms'`;
      await Promise.all(writers.map(async (writer, index) => {
        for (const { statements, end } of all[index] ?? []) {
          await writer`begin`;
          try {
            for (const next of statements) await run(writer, next);
            await writer.unsafe(end);
            committed++;
          } catch (error) {
            await writer`rollback`;
            // The statement that lost a race may fail with that; nothing else may go wrong.
            const lost = ["40P01", "55P03", "23503", "23505"];
            ok(lost.includes((error as { code?: string }).code ?? ""), error instanceof Error ? error.message : "");
          }
        }
      }));
      deepEqual(await differences(sql), []);
    }),
    // A race does not come again for the asking, so that there is nothing to shrink.
    { numRuns: proofs(60, 1_000), endOnFailure: true },
  );
  ok(committed > 300, `${committed} transactions came to their end`);
});
