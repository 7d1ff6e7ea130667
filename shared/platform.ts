import type { DeflatePart, Exports, ObjectStorage } from "./export/ports.ts";
import type { CallGate, CallLedger } from "./ops/scheduled_calls.ts";
import type { Identity } from "./access/caller.ts";
import type { FaultLedger } from "./ops/fault_reports.ts";
import type { HealthSource } from "./ops/health.ts";
import type { Operations } from "./ops/lists.ts";
import type { RateParts } from "./limits/rate_limiter.ts";
import type { ReaderParts } from "./read/reader.ts";
import type { Refreshes } from "./read/refreshes.ts";

/** Which web origins may read answers in a browser. Never with credentials: keys and tokens travel in headers. */
export type CorsPolicy = "*" | readonly string[];

/** What the outside gives the read function. `adapters` puts it together, `http` serves with it. */
export interface Platform extends ReaderParts {
  readonly identity: Identity;
  readonly cors: CorsPolicy;
  /** What else `/health` reports, besides the views. */
  readonly health: readonly HealthSource[];
  readonly operations: Operations;
  /** Folder of the runbook's pages, without a slash at its end. */
  readonly runbook_url: string;
  /** Sentences about settings that are ignored because they are invalid: for the log. */
  readonly settings_notes: readonly string[];
  readonly rates: RateParts;
  readonly refreshes: Refreshes;
  readonly faults: FaultLedger;
  /** The header in which the edge says where a request came from. */
  readonly client_address_header: string;
}

/** What the outside gives the function that exports. */
export interface ExportPlatform extends Platform {
  readonly exports: Exports;
  readonly objects: ObjectStorage;
  readonly deflate: DeflatePart;
  /** Who may call for the next step, and where the outcome of such a call is written. */
  readonly gate: CallGate;
  readonly ledger: CallLedger;
}
