// What a live relation's version promises: it is the number of committed statements, also while another session folds the log.
import { equal } from "node:assert/strict";
import fc from "fast-check";
import type postgres from "postgres";
import { createProbeViews, dropProbeViews, probeView } from "../support/fixtures/probe_view.ts";
import { proofs } from "../support/random/proofs.ts";
import { withConnections } from "../support/rigs/test_database.ts";

interface Session {
  readonly sql: postgres.Sql;
  is_open: boolean;
  /** Statements of the open transaction. */
  written: number;
}

const kinds = ["write", "write", "write", "commit", "rollback", "trim", "refresh", "keep open"] as const;
const steps = fc.array(fc.record({ kind: fc.constantFrom(...kinds), who: fc.nat({ max: 3 }) }), {
  minLength: 5,
  maxLength: 40,
});

async function versionOf(sql: postgres.Sql): Promise<number> {
  const [row] = await sql`select (analytics.view_states() -> 'probe_live' ->> 'version')::integer as version`;
  return Number(row?.version);
}

async function act({ sql }: Session, kind: "trim" | "refresh"): Promise<void> {
  if (kind === "trim") await sql`select analytics.trim_source_changes()`;
  else await sql`select analytics.refresh_view(${probeView})`;
}

Deno.test("a live version counts each committed statement once, while others write, fold and refresh", () =>
  withConnections(5, async ([observer, ...connections]) => {
    if (observer === undefined) throw new Error("no connection");
    await createProbeViews(observer);
    await observer`select analytics.register_live('probe_live', 'probe', array['public.probe_amounts']::regclass[])`;
    try {
      await fc.assert(
        fc.asyncProperty(steps, async (plan) => {
          const sessions = connections.map((sql): Session => ({ sql, is_open: false, written: 0 }));
          let expected = await versionOf(observer);

          async function end(session: Session, how: "commit" | "rollback"): Promise<void> {
            if (session.is_open) await session.sql.unsafe(how);
            if (how === "commit") expected += session.written;
            session.is_open = false;
            session.written = 0;
          }

          for (const { kind, who } of plan) {
            const session = sessions[who];
            if (session === undefined) continue;
            if (kind === "write") {
              await session.sql`insert into public.probe_amounts (account, amount) values (1, 1), (2, 2)`;
              if (session.is_open) session.written += 1;
              else expected += 1;
            } else if (kind === "commit" || kind === "rollback") await end(session, kind);
            else if (kind === "keep open") {
              if (!session.is_open) await session.sql`begin`;
              session.is_open = true;
            } else await act(session, kind);
            equal(await versionOf(observer), expected, `after ${kind}`);
          }
          for (const session of sessions) await end(session, "commit");
          equal(await versionOf(observer), expected);
        }),
        { numRuns: proofs(60, 1_000) },
      );
    } finally {
      await observer`select analytics.unregister_live('probe_live')`;
      await dropProbeViews(observer);
    }
  }));
