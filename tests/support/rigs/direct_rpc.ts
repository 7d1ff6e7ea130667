import postgres from "postgres";
import { sourceError } from "../../../shared/adapters/supabase/source_error.ts";
import type { AnalyticsRpc } from "../../../shared/adapters/supabase/analytics_rpc.ts";

const RETURNS_ROWS = new Set(["lease_alerts", "lease_resolution", "due_check_ins"]);

/**
 * Calls the functions of schema analytics over a connection instead of the data API: as service_role, each in a
 * transaction, or in a savepoint if a transaction is open.
 */
export function directRpc(sql: postgres.Sql | postgres.TransactionSql): AnalyticsRpc {
  return async ({ name, input, output }) => {
    const names = Object.keys(input);
    const call = `analytics.${name}(${names.map((one, index) => `${one} => $${index + 1}`).join(", ")})`;
    const query = RETURNS_ROWS.has(name)
      ? `select coalesce(jsonb_agg(to_jsonb(r)), '[]') as value from ${call} as r`
      : `select to_jsonb(r.r) as value from ${call} as r (r)`;
    const call_it = async (transaction: postgres.TransactionSql) => {
      await transaction`set local role service_role`;
      const rows = await transaction.unsafe(query, Object.values<unknown>(input).map((value) => value as string));
      await transaction`reset role`;
      return rows;
    };
    const [row] = await ("savepoint" in sql ? sql.savepoint(call_it) : sql.begin(call_it)).catch((error: unknown) => {
      // Like the adapter: uses only the code of the database's error.
      if (error instanceof postgres.PostgresError) throw sourceError(name, { code: error.code, status: 500 });
      throw error;
    });
    return output.parse(row?.["value"] ?? null);
  };
}
