import type postgres from "postgres";
import { AppError } from "../../shared/core/app_error.ts";
import { sourceAnswer } from "../../shared/core/source.ts";
import { sourceRequest } from "../../shared/core/source_request.ts";
import { checkRows } from "../../shared/core/row_check.ts";
import { fullName, type Resource } from "../../shared/core/resource.ts";
import type { Restriction, Scope } from "../../shared/core/scope.ts";
import { viewStates } from "../../shared/core/view_state.ts";
import { resources } from "../../tools/resources.ts";
import { plantArena, refreshAll } from "./arena_fixture.ts";
import { readsAll } from "./contracted.ts";
import { plantEngagement } from "./engagement_fixture.ts";
import { plantHeatmap } from "./heatmap_fixture.ts";
import { sampleQuery, sampleRow } from "./sample_values.ts";
import { organisations, plantTraining } from "./training_fixture.ts";

/** The event type that the least query of the resources names that want one. */
function kpiSampleType(): string {
  const asked = resources.map((resource) => sampleQuery(resource, sampleRow(resource, 1))["event_type"]);
  return asked.find((type) => type !== undefined) ?? "";
}

/** Some rows in every table of every pack. */
export async function plantEverything(sql: postgres.Sql): Promise<void> {
  await plantArena(sql);
  await sql`insert into public.bouts (challenge_id) select id from public.challenges`;
  await sql`
    update public.submissions as s set bout_id = b.id from public.bouts as b where b.challenge_id = s.challenge_id`;
  // Five agents that have won, each a bout of its own: below that nothing is said of wins.
  await sql`
    with winners as (
      insert into public.agents (name) select 'winner ' || n from generate_series(1, 5) as n returning id
    ),
    fights as (
      insert into public.bouts (challenge_id) select c.id from public.challenges as c cross join winners returning id, challenge_id
    ),
    paired as (
      select w.id as agent_id, f.id as bout_id, f.challenge_id
      from (select id, row_number() over () as place from winners) as w
      join (select id, challenge_id, row_number() over (partition by challenge_id) as place from fights) as f using (place)
    ),
    fought as (
      insert into public.submissions (agent_id, challenge_id, bout_id, status, final_lane_scores, composite_score)
      select agent_id, challenge_id, bout_id, 'scored', '{"TMA": 50}', 50 from paired
    )
    insert into public.bout_results (bout_id, winner_agent_id) select bout_id, agent_id from paired`;
  await sql`
    insert into public.judge_outputs (submission_id, judge, lane_key, score)
    select id, 'judge', 'TMA', 50 from public.submissions limit 1`;
  await plantTraining(sql);
  // Of the type that a reading is asked for.
  await sql`
    insert into analytics.fact_kpi_events (attempt_id, org_id, user_id, scenario_id, event_type, timestamp_ms)
    select attempt_id, org_id, user_id, scenario_id, ${kpiSampleType()}, 60000 from analytics.fact_scenario_attempts`;
  await plantEngagement(sql);
  await plantHeatmap(sql);
  await refreshAll(sql);
}

/** What the whole product shows: the rows of each resource, each as one text. */
export type Shown = Map<string, readonly string[]>;

/** As somebody who may read: an operator where there is one, else a person of the first organisation. */
function scopeFor(resource: Resource): Scope {
  const { access } = resource;
  if (readsAll(resource) || access.scope !== "member") return { label: "all", restriction: null };
  const restriction: Restriction = {
    column: access.column ?? access.org,
    value: "u1",
    relation: null,
    org: { column: access.org, value: organisations.first.id },
  };
  return { label: "own", restriction };
}

/** What analytics.read_view answers for the resource without its filters, through every check of the read path. */
async function rowsOf(sql: postgres.Sql, resource: Resource, today: string): Promise<readonly string[]> {
  const scope = scopeFor(resource);
  const params = resource.params.parse(sampleQuery(resource, sampleRow(resource, 1)));
  const request = sourceRequest({
    resource: { ...resource, filters: [], minimum_sample: null },
    params,
    scope,
    day: today,
  });
  const asked = JSON.stringify({ ...request, limit: 5_000 });
  const [found] = await sql`select analytics.read_view(${resource.view}, ${asked}::text::jsonb) as answer`;
  const answer = sourceAnswer.parse(found?.["answer"]);
  for (const [name, state] of Object.entries({ ...answer.reads, [resource.view]: answer.state })) {
    if (!state.populated) throw new Error(`the state of ${name} is not populated`);
  }
  return checkRows(resource, scope, answer).map((row) => JSON.stringify(row));
}

/** The names of all that changes when these tables do. */
export async function affectedBy(sql: postgres.Sql, tables: readonly string[]): Promise<Set<string>> {
  const rows = await sql`
    with recursive affected as (
      select t::regclass::oid as relation from unnest(${tables as string[]}::text[]) as t
      union
      select to_regclass(format('analytics.%I', s.view_name))::oid
      from affected as a join analytics.view_sources as s on s.source = a.relation
    )
    select c.relname as name from affected as a join pg_class as c on c.oid = a.relation where c.relkind = 'm'
    union
    select l.live_name from analytics.live_relations as l where l.sources && array(select relation::regclass from affected)`;
  return new Set(rows.map(({ name }) => String(name)));
}

/** Refreshes what is affected, sources first, and reads every resource over it. Throws where one of them fails. */
export async function show(sql: postgres.Sql, affected: ReadonlySet<string>, today: string): Promise<Shown> {
  const views = await sql`select view_name from private.refresh_order() order by depth, view_name`;
  for (const { view_name } of views) {
    if (affected.has(view_name)) await sql`select analytics.refresh_view(${view_name})`;
  }
  const [found] = await sql`select analytics.view_states() as states`;
  const unreadable = Object.entries(viewStates.parse(found?.["states"])).filter(([, state]) => "unreadable" in state);
  if (unreadable.length > 0) throw new Error(`unreadable states: ${JSON.stringify(unreadable)}`);
  const shown: Shown = new Map();
  for (const resource of resources) {
    const rests_on = [resource.view, ...resource.reads ?? []];
    if (!rests_on.some((name) => affected.has(name))) continue;
    try {
      shown.set(fullName(resource), await rowsOf(sql, resource, today));
    } catch (error) {
      const why = error instanceof AppError ? error.defect : error instanceof Error ? error.message : error;
      throw new Error(`${fullName(resource)}: ${why}`);
    }
  }
  return shown;
}

/** What each view has left out, by its own list; throws where a list cannot be read, or is not what the refresh counted. */
export async function leftOut(sql: postgres.Sql): Promise<ReadonlyMap<string, number>> {
  const views = await sql`
    select view_name, rejects::text, rejected_count::integer from analytics.views where rejects is not null`;
  const counts = new Map<string, number>();
  for (const { view_name, rejects, rejected_count } of views) {
    const [listed] = await sql.unsafe(`select count(to_jsonb(r)::text)::integer as count from ${rejects} as r`);
    if (listed?.["count"] !== rejected_count) {
      throw new Error(`${view_name} counted ${rejected_count}, and ${rejects} lists ${listed?.["count"]}`);
    }
    counts.set(view_name, rejected_count);
  }
  return counts;
}

/** What a materialized view holds, as one word. */
export async function digests(sql: postgres.Sql, affected: ReadonlySet<string>): Promise<Map<string, string>> {
  const held = new Map<string, string>();
  for (const name of affected) {
    const [row] = await sql.unsafe(
      `select md5(coalesce(string_agg(v::text, '|' order by v::text), '')) as digest from analytics.${name} as v`,
    );
    held.set(name, String(row?.["digest"]));
  }
  return held;
}
