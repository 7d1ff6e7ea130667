import { createHash } from "node:crypto";

/** What decides how a function works, besides its arguments. */
export interface FunctionText {
  readonly body: string;
  readonly is_definer: boolean;
  readonly volatility: string;
  /** Its settings as the catalog has them: `search_path=pg_catalog, pg_temp`. */
  readonly settings: readonly string[];
}

/** The same for a statement of a schema file and for a row of pg_proc, on every version of PostgreSQL. */
export function fingerprint({ body, is_definer, volatility, settings }: FunctionText): string {
  const known = settings.map((setting) => setting.toLowerCase()).sort();
  return createHash("sha256").update(JSON.stringify([body, is_definer, volatility, known])).digest("hex").slice(0, 16);
}
