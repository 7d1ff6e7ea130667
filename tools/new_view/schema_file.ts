import { describe, type Plan, snake } from "./plan.ts";
import type { ColumnShape } from "./table.ts";

/** The text of a view: header, query, unique key, comments, registration. It works as written, over one table. */
export function schemaSource(plan: Plan): string {
  const { names: { pack, view, resource }, table, by, at, of } = plan;
  const conditions = conditionsOf(plan);
  const keys = [...(by === null ? [] : [quoted(snake(by.name))]), ...(at === null ? [] : ["day"])];
  const rejects = conditions.length === 0 ? null : `rejected_${view.slice("mv_".length)}`;
  const sourceAt = at?.kind === "timestamptz" ? `source_at => '${literal(`${table.name}.${quoted(at.name)}`)}'` : null;
  const columns = [
    ...keyColumns(plan),
    "count(*) as sample_count",
    ...(of === null ? [] : [`round(avg(${number(of)}), 3) as avg_${snake(of.name)}`]),
  ];
  const groups = [...(by === null ? [] : [source(by)]), ...(at === null ? [] : [dayOf(at)])];
  const not_null = [by, at, of].filter((one) => one !== null).filter(({ is_nullable }) => is_nullable);
  const wanted = [...not_null.map((one) => `${source(one)} is not null`), ...conditions];
  return `-- Object: analytics.${view}
-- Grain: one row per ${keys.join(" and ")}
-- Reads: ${table.name}
-- Serves: /analytics/${pack}/${resource}
-- Refresh: every 30 minutes
${
    rejects === null ? "" : `
-- Rows that no answer can express are left out of the view and counted: one of them would make each refresh fail.
create view analytics.${rejects} as
select ${rejectedColumns(plan)}
from ${table.name} as s
where (${conditions.join("\n    and ")}) is false;

revoke all on table analytics.${rejects} from public, anon, authenticated;

comment on view analytics.${rejects} is 'Rows of ${literal(table.name)} that ${view} leaves out.';
`
  }
create materialized view analytics.${view} as
select
    ${columns.join(",\n    ")}
from ${table.name} as s
${wanted.length === 0 ? "" : `where ${wanted.join("\n    and ")}\n`}group by ${groups.join(", ")}
with no data;

create unique index ${view}_key
    on analytics.${view} (${keys.join(", ")});

comment on materialized view analytics.${view} is '${literal(describe(plan))}.';

comment on column analytics.${view}.sample_count is '${
    of === null ? "Rows that were counted." : "Rows behind the average; fewer than five never leave the API."
  }';

select analytics.register_view(
    view_name => '${view}',
    pack => '${pack}',
    schedule => '7,37 * * * *',
    stale_after => '70 minutes'${sourceAt === null || plan.is_incremental ? "" : `,\n    ${sourceAt}`}${
    rejects === null ? "" : `,\n    rejects => 'analytics.${rejects}'`
  }${plan.is_incremental ? ",\n    incremental => true" : ""}${
    sourceAt !== null && plan.is_incremental ? `\n    -- , ${sourceAt} needs an index that begins with it` : ""
  }
    -- , refresh_on_change => '1 minute' refreshes it soon after a write, too: docs/listen.md
);
`;
}

/** The values with which an answer could not be made, or a page could not be asked for. */
function conditionsOf({ by, at, of }: Plan): string[] {
  return [
    ...(by?.kind === "text" ? [`length(${source(by)}) <= 255`] : []),
    ...(by?.kind === "int" ? [`${source(by)} between 0 and 999999999`] : []),
    ...(at === null ? [] : [
      at.kind === "timestamptz"
        ? `${source(at)} between '1900-01-01 00:00+00' and '2200-01-01 00:00+00'`
        : `${source(at)} between '1900-01-01' and '2200-01-01'`,
    ]),
    ...(of === null || of.kind === "int" ? [] : [`abs(${source(of)}) < 1e15`]),
    ...(of?.kind === "numeric" ? [`scale(trim_scale(${source(of)})) <= 100`] : []),
  ];
}

/** The key of the view, by which an incremental one counts the rows again; and what finds them in the table: its own key. */
function rejectedColumns(plan: Plan): string {
  const { table, by, at, of } = plan;
  const keys = table.columns.filter(({ is_key }) => is_key);
  const found = (keys.length > 0 ? keys : [at, of].filter((one) => one !== null)).filter((one) => one !== by);
  return [...keyColumns(plan), ...found.map(source)].join(", ");
}

function keyColumns({ by, at }: Plan): readonly string[] {
  return [
    ...(by === null ? [] : [by.name === snake(by.name) ? source(by) : `${source(by)} as ${quoted(snake(by.name))}`]),
    ...(at === null ? [] : [`${dayOf(at)} as day`]),
  ];
}

function source({ name }: ColumnShape): string {
  return `s.${quoted(name)}`;
}

/** Days are UTC's, whatever the session's zone. */
function dayOf(at: ColumnShape): string {
  if (at.kind === "date") return source(at);
  return at.kind === "timestamptz" ? `(${source(at)} at time zone 'UTC')::date` : `${source(at)}::date`;
}

/** Sums of floats differ between plans in their last bits. */
function number(of: ColumnShape): string {
  return of.kind === "float" ? `${source(of)}::numeric` : source(of);
}

function quoted(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) && !RESERVED.has(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

/** Words that are no column names unless they are quoted, and that tables of applications use all the same. */
const RESERVED = new Set([
  ..."all and any array as asc both case check collate column constraint create default desc distinct do else end"
    .split(" "),
  ..."except false fetch for foreign from grant group having in initially intersect into lateral leading limit not"
    .split(" "),
  ..."null offset on only or order placing primary references returning select some symmetric table then to".split(" "),
  ..."trailing true union unique user using variadic when where window with".split(" "),
]);

function literal(text: string): string {
  return text.replaceAll("'", "''");
}
