import type { Identity } from "../core/caller.ts";
import type { HealthSource } from "../core/health.ts";
import type { Operations } from "../core/ops.ts";
import type { RateLimiter } from "../core/rate_limiter.ts";
import type { RefreshOnDemand } from "../core/refresh_on_demand.ts";
import type { Refreshes } from "../core/refreshes.ts";
import type { Reader } from "../core/reader.ts";
import type { Registry } from "../core/registry.ts";
import type { CorsPolicy } from "./cors.ts";
import type { KeptAnswers } from "./kept_answers.ts";

/** What the routes stand on. */
export interface Api {
  readonly registry: Registry;
  readonly reader: Reader;
  readonly identity: Identity;
  readonly health: readonly HealthSource[];
  readonly operations: Operations;
  /** Folder of the runbook's pages, without a slash at its end. */
  readonly runbook_url: string;
  readonly cors: CorsPolicy;
  readonly limiter: RateLimiter;
  readonly kept: KeptAnswers;
  readonly refreshes: Refreshes;
  readonly on_demand: RefreshOnDemand;
  /** The header in which the edge says where a request came from. */
  readonly client_address_header: string;
}
