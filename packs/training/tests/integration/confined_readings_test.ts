// A resource that is declared confined answers an organisation from that organisation's rows: without the rows of all others
// the answer is the same. Cached answers rest on this, since they do not end when another organisation's rows change.
import { deepEqual, notDeepEqual, ok } from "node:assert/strict";
import type postgres from "postgres";
import { fullName, type Resource } from "../../../../shared/resource/resource.ts";
import type { Scope } from "../../../../shared/access/scope.ts";
import { sourceAnswer } from "../../../../shared/read/source.ts";
import { sourceRequest } from "../../../../shared/read/source_request.ts";
import { resources } from "../../../../tools/resources.ts";
import { refreshAll } from "../../../../tests/support/fixtures/arena.ts";
import { organisations, plantTraining } from "../../../../tests/support/fixtures/training.ts";
import { withConnections } from "../../../../tests/support/rigs/test_database.ts";

const confined = resources.filter(({ pack, confined }) => pack === "training" && confined === true);

const WORDS = { event_type: "question_asked", thresholds: "0.5", year: "2026", days: "12", status: "completed" };
const PERIODS: readonly Readonly<Record<string, string>>[] = [
  {},
  { from: "2026-02-01", to: "2026-02-28", month: "2026-02" },
  { from: "2026-01-01", to: "2026-01-31", month: "2026-01" },
];

/** What the organisation's administrators and managers read; null in scope for all organisations. */
async function answers(sql: postgres.Sql, resource: Resource, org: string | null): Promise<unknown[]> {
  const { access } = resource;
  if (access.scope !== "member") throw new Error(`${fullName(resource)} is not read by members`);
  const own = { column: access.org, value: org ?? "" };
  const all: Scope = { label: "all", restriction: org === null ? null : { ...own, relation: null, org: null } };
  const manager = access.column === null || org === null
    ? []
    : Object.values(access.rows).filter((rows) => rows !== "org")
      .map((rows): Scope => ({
        label: rows,
        restriction: { column: access.column ?? "", value: "boss", relation: rows === "own" ? null : rows, org: own },
      }));
  const found = [];
  for (const scope of [all, ...manager]) {
    for (const period of PERIODS) {
      const names = Object.keys(resource.params.shape);
      const given = Object.entries({ ...WORDS, ...period }).filter(([name]) => names.includes(name));
      const params = resource.params.parse(Object.fromEntries(given));
      const day = new Date().toISOString().slice(0, 10);
      const request = sourceRequest({ resource, params, scope, day });
      if (org !== null) deepEqual(request.confined_to, own, "what the answer is confined to");
      const [row] = await sql`select analytics.read_view(${resource.view}, ${
        JSON.stringify(request)
      }::text::jsonb) as answer`;
      found.push(sourceAnswer.parse(row?.["answer"]).rows);
    }
  }
  return found;
}

Deno.test("a confined resource answers an organisation the same without the rows of all others", () =>
  withConnections(1, async ([sql]) => {
    ok(sql !== undefined && confined.length >= 13, `${confined.length} are confined`);
    const { first, second } = organisations;
    await sql`begin`;
    try {
      await plantTraining(sql);
      const before = new Map<Resource, { readonly own: unknown[]; readonly all: unknown[] }>();
      for (const resource of confined) {
        before.set(resource, { own: await answers(sql, resource, first.id), all: await answers(sql, resource, null) });
      }
      await sql.unsafe(`
        delete from analytics.fact_kpi_events where org_id = '${second.id}';
        delete from public.scenario_attempts where org_id = '${second.id}';
        delete from analytics.fact_scenario_attempts where org_id = '${second.id}';
        delete from public.assignments where org_id = '${second.id}';
      `).simple();
      await refreshAll(sql);
      for (const [resource, { own, all }] of before) {
        ok(
          own.some((rows) => Array.isArray(rows) && rows.length > 0),
          `${fullName(resource)} shows no row to this test`,
        );
        deepEqual(await answers(sql, resource, first.id), own, fullName(resource));
        notDeepEqual(await answers(sql, resource, null), all, `nothing that ${fullName(resource)} reads was deleted`);
      }
    } finally {
      await sql`rollback`;
    }
  }));
