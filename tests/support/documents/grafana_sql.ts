import { z } from "zod";

const DATA_SOURCE = z.strictObject({
  type: z.literal("grafana-postgresql-datasource"),
  uid: z.literal("${datasource}"),
});

const Panel = z.object({
  title: z.string(),
  type: z.string(),
  datasource: DATA_SOURCE.optional(),
  targets: z.array(z.object({
    datasource: DATA_SOURCE,
    format: z.enum(["table", "time_series"]),
    rawQuery: z.literal(true),
    rawSql: z.string(),
  })).default([]),
});

const Variable = z.discriminatedUnion("type", [
  z.object({ type: z.literal("datasource"), name: z.string(), query: z.literal("grafana-postgresql-datasource") }),
  z.object({ type: z.literal("query"), name: z.string(), datasource: DATA_SOURCE, query: z.string() }),
  z.object({ type: z.literal("custom"), name: z.string(), query: z.string() }),
]);

const Dashboard = z.object({
  uid: z.string(),
  timezone: z.literal("utc"),
  templating: z.object({ list: z.array(Variable) }),
  panels: z.array(Panel),
});

/** One query of a dashboard, and whether Grafana draws it over time. */
export interface GrafanaQuery {
  readonly title: string;
  readonly sql: string;
  readonly isTimeSeries: boolean;
}

/** Every query of a dashboard, those of its variables included. Throws ZodError for one that Grafana could not import. */
export function queriesOf(dashboard: unknown): GrafanaQuery[] {
  const { panels, templating } = Dashboard.parse(dashboard);
  return [
    ...templating.list.flatMap((variable) =>
      variable.type === "query" ? [{ title: `$${variable.name}`, sql: variable.query, isTimeSeries: false }] : []
    ),
    ...panels.flatMap(({ title, targets }) =>
      targets.map(({ rawSql, format }) => ({ title, sql: rawSql, isTimeSeries: format === "time_series" }))
    ),
  ];
}

/**
 * Resolves a query as Grafana's PostgreSQL data source does, as far as this dashboard uses it: `$__timeFrom()`,
 * `$__timeTo()`, `$__timeFilter(column)`, and `${name:sqlstring}`, which quotes each value and joins them by commas.
 */
export function resolveGrafana(
  sql: string,
  { from, to, values }: {
    readonly from: string;
    readonly to: string;
    readonly values: Readonly<Record<string, readonly string[]>>;
  },
): string {
  const resolved = sql
    .replaceAll(/\$__timeFilter\(([^)]+)\)/g, (_, column: string) => `${column} BETWEEN '${from}' AND '${to}'`)
    .replaceAll("$__timeFrom()", `'${from}'`)
    .replaceAll("$__timeTo()", `'${to}'`)
    .replaceAll(/\$\{(\w+):sqlstring\}/g, (_, name: string) => {
      const chosen = values[name];
      if (chosen === undefined) throw new Error(`The variable "${name}" has no value`);
      return chosen.map((value) => `'${value.replaceAll("'", "''")}'`).join(",");
    });
  if (/\$(__|\{)/.test(resolved)) throw new Error(`Not resolved: ${resolved}`);
  return resolved;
}
