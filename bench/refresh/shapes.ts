/** A source and the incremental view over it: two years of rows, a hundred in each group. */
export interface Shape {
  readonly name: string;
  readonly what: string;
  readonly isPartitioned: boolean;
  /** The columns of the view's key, and what each is of a source row. */
  readonly key: Readonly<Record<string, string>>;
  /** Indexes that a refresh by group needs. */
  readonly indexes: readonly string[];
  /** The id of a row of the n-th group of an organisation; see `ROWS_PER_ORG`. */
  readonly rowOf: (org: number, n: number) => number;
}

/** Rows are numbered from 0: 5,200 for each organisation, on 52 days that are two weeks apart. */
export const ROWS_PER_ORG = 5_200;
export const GROUPS_PER_ORG = 52;

const WEEK = "date_trunc('week', on_date::timestamp)::date";

export const SHAPES: readonly Shape[] = [
  {
    name: "plain",
    what: "not partitioned",
    isPartitioned: false,
    key: { org: "org", week: WEEK },
    indexes: [`org, (${WEEK})`],
    rowOf: (org, n) => org * ROWS_PER_ORG + n,
  },
  {
    name: "pinned",
    what: "partitioned by month, the key has the date",
    isPartitioned: true,
    key: { org: "org", on_date: "on_date" },
    indexes: ["org, on_date"],
    rowOf: (org, n) => org * ROWS_PER_ORG + n,
  },
  {
    name: "unpinned",
    what: "partitioned by month, the key has no date",
    isPartitioned: true,
    key: { org: "org", member: "member" },
    indexes: ["org, member"],
    rowOf: (org, n) => org * ROWS_PER_ORG + n * GROUPS_PER_ORG,
  },
];

const FIRST_DAY = "2024-01-01";
const MONTHS = 24;

/** @param table a name of its own in schema public */
export function sourceText({ isPartitioned, indexes }: Shape, table: string): string {
  const months = Array.from({ length: MONTHS }, (_, month) => {
    const day = (count: number) => `${2024 + Math.floor(count / 12)}-${String(count % 12 + 1).padStart(2, "0")}-01`;
    return `create table public.${table}_${month} partition of public.${table} for values from ('${day(month)}') to ('${
      day(month + 1)
    }');`;
  });
  return `
    create table public.${table} (
      id bigint not null, org integer not null, member integer not null, on_date date not null, at timestamptz not null,
      amount integer not null, note text not null default 'planted', primary key (id${isPartitioned ? ", on_date" : ""})
    ) ${isPartitioned ? "partition by range (on_date)" : ""};
    ${isPartitioned ? months.join("\n") : ""}
    create index on public.${table} (at);
    ${indexes.map((columns) => `create index on public.${table} (${columns});`).join("\n")}`;
}

/** In the order of time, as an application writes: the rows of a group do not lie side by side. */
export function plantText(table: string, rows: number): string {
  return `
    insert into public.${table} (id, org, member, on_date, at, amount)
    select r, r / ${ROWS_PER_ORG}, (r % ${ROWS_PER_ORG}) / ${GROUPS_PER_ORG} % ${GROUPS_PER_ORG}, d.on_date, d.on_date + r % 86400 * interval '1 second', r::bigint * 7919 % 1009
    from generate_series(0, ${GROUPS_PER_ORG - 1}) as slot
    cross join lateral (select date '${FIRST_DAY}' + slot::integer * 14 as on_date) as d
    cross join lateral generate_series(slot, ${rows - 1}, ${GROUPS_PER_ORG}) as r;
    analyze public.${table};`;
}

/** The incremental view `<table>_view`, and the materialized view `<table>_whole`, registered alike with the same query. */
export function viewsText({ key }: Shape, table: string): string {
  const columns = Object.keys(key).join(", ");
  const keys = Object.entries(key).map(([name, expression]) => `${expression} as ${name}`).join(", ");
  const query = `
    select ${keys}, count(*) as row_count, sum(amount) as total, percentile_cont(0.5) within group (order by amount) as p50,
      percentile_cont(0.9) within group (order by amount) as p90, max(at) as last_at
    from public.${table} where amount > 0 group by 1, 2`;
  return `
    create view analytics.${table}_rejects as select id, ${keys} from public.${table} where amount <= 0;
    create materialized view analytics.${table}_view as ${query} with no data;
    create unique index ${table}_view_key on analytics.${table}_view (${columns});
    create materialized view analytics.${table}_whole as ${query} with no data;
    create unique index ${table}_whole_key on analytics.${table}_whole (${columns});
    select analytics.register_view(
      view_name => '${table}_' || form.name, pack => 'core', schedule => '0 0 1 1 *', stale_after => '1 hour',
      source_at => 'public.${table}.at', rejects => 'analytics.${table}_rejects', incremental => form.name = 'view')
    from (values ('view'), ('whole')) as form (name);`;
}
