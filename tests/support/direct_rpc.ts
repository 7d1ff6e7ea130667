import type postgres from "postgres";
import type { AnalyticsRpc } from "../../shared/adapters/analytics_rpc.ts";

const RETURNS_ROWS = new Set(["lease_alerts", "lease_resolution", "due_check_ins"]);

/** The functions of schema analytics over a connection instead of the data API: as the service role, each in a transaction. */
export function directRpc(sql: postgres.Sql): AnalyticsRpc {
  return async ({ name, input, output }) => {
    const names = Object.keys(input);
    const call = `analytics.${name}(${names.map((one, index) => `${one} => $${index + 1}`).join(", ")})`;
    const query = RETURNS_ROWS.has(name)
      ? `select coalesce(jsonb_agg(to_jsonb(r)), '[]') as value from ${call} as r`
      : `select to_jsonb(r.r) as value from ${call} as r (r)`;
    const [row] = await sql.begin(async (transaction) => {
      await transaction`set local role service_role`;
      return await transaction.unsafe(query, names.map((one) => input[one] as string));
    });
    return output.parse(row?.["value"] ?? null);
  };
}
