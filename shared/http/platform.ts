import type { Identity } from "../core/caller.ts";
import type { FaultLedger } from "../core/fault_ledger.ts";
import type { HealthSource } from "../core/health.ts";
import type { Operations } from "../core/ops.ts";
import type { RateParts } from "../core/rate_limiter.ts";
import type { ReaderParts } from "../core/reader.ts";
import type { Refreshes } from "../core/refreshes.ts";
import type { CorsPolicy } from "./cors.ts";

/** What the outside gives the read function. */
export interface Platform extends ReaderParts {
  readonly identity: Identity;
  readonly cors: CorsPolicy;
  /** Whatever else has a health, besides the views. */
  readonly health: readonly HealthSource[];
  readonly operations: Operations;
  readonly runbook_url: string;
  /** Settings that were left out because they do not do: for the log. */
  readonly settings_notes: readonly string[];
  readonly rates: RateParts;
  readonly refreshes: Refreshes;
  readonly faults: FaultLedger;
  readonly client_address_header: string;
}
