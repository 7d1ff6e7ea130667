import type { Identity } from "../access/caller.ts";
import type { FaultLedger } from "../ops/fault_reports.ts";
import type { HealthSource } from "../ops/health.ts";
import type { Operations } from "../ops/lists.ts";
import type { RateParts } from "../limits/rate_limiter.ts";
import type { ReaderParts } from "../read/reader.ts";
import type { Refreshes } from "../read/refreshes.ts";
import type { CorsPolicy } from "./response/cors.ts";

/** What the outside gives the read function. */
export interface Platform extends ReaderParts {
  readonly identity: Identity;
  readonly cors: CorsPolicy;
  /** Whatever else has a health, besides the views. */
  readonly health: readonly HealthSource[];
  readonly operations: Operations;
  readonly runbook_url: string;
  readonly rates: RateParts;
  readonly refreshes: Refreshes;
  readonly faults: FaultLedger;
  readonly client_address_header: string;
}
