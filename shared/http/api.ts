import type { Identity } from "../access/caller.ts";
import type { HealthSource } from "../ops/health.ts";
import type { Operations } from "../ops/lists.ts";
import type { RateLimiter } from "../limits/rate_limiter.ts";
import type { RefreshOnDemand } from "../read/refresh_on_demand.ts";
import type { Refreshes } from "../read/refreshes.ts";
import type { Reader } from "../read/reader.ts";
import type { Registry } from "../resource/registry.ts";
import type { CorsPolicy } from "./response/cors.ts";
import type { KeptAnswers } from "./response/kept_answers.ts";

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
