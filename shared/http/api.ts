import type { CacheFigures } from "../cache/figures.ts";
import type { RateLimiter } from "../limits/rate_limiter.ts";
import type { Platform } from "../platform.ts";
import type { Reader } from "../read/reader.ts";
import type { RefreshOnDemand } from "../read/refresh_on_demand.ts";
import type { Registry } from "../resource/registry.ts";
import type { FastPath } from "./fast_path.ts";

type Given = "identity" | "cors" | "health" | "operations" | "runbook_url" | "refreshes" | "client_address_header";

/** The dependencies of the routes: those of the platform, and the state that lives as long as the isolate. */
export interface Api extends Pick<Platform, Given> {
  readonly registry: Registry;
  readonly reader: Reader;
  readonly limiter: RateLimiter;
  readonly figures: CacheFigures;
  readonly fast_path: FastPath;
  readonly on_demand: RefreshOnDemand;
}

/** What is needed to know who calls, and to count it. */
export type CallerApi = Pick<Api, "identity" | "limiter" | "client_address_header" | "reader">;
