import type { Sql, TransactionSql } from "postgres";
import { fingerprint } from "../fingerprint.ts";

/** Fingerprints of functions and procedures by `<schema>.<name>`, of those that are among the names. */
export async function fingerprintsIn(
  sql: Sql | TransactionSql,
  names: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const rows = await sql`
    select n.nspname || '.' || p.proname as name, p.prosrc as body, p.prosecdef as is_definer,
      case p.provolatile when 'i' then 'immutable' when 's' then 'stable' else 'volatile' end as volatility,
      coalesce(p.proconfig, '{}') as settings
    from pg_catalog.pg_proc as p
    join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
    where n.nspname || '.' || p.proname = any (${[...names]}) and p.prosqlbody is null`;
  const found = new Map<string, string[]>();
  for (const { name, body, is_definer, volatility, settings } of rows) {
    const print = fingerprint({ body, is_definer, volatility, settings });
    found.set(name, [...found.get(name) ?? [], print].sort());
  }
  return found;
}
