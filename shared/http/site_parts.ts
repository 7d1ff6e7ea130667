import { readsEverything } from "../access/caller.ts";
import { RateLimiter } from "../limits/rate_limiter.ts";
import { CacheFigures } from "../cache/figures.ts";
import { FaultReports } from "../ops/fault_reports.ts";
import type { Platform } from "../platform.ts";
import { createReader, type Reader } from "../read/reader.ts";
import type { Site } from "./handler.ts";

/** What the sites of all functions have, whichever paths they serve. */
export interface SiteParts extends Pick<Site, "cors" | "faults" | "figures" | "isOperator"> {
  readonly reader: Reader;
  readonly limiter: RateLimiter;
}

export function siteParts(platform: Platform): SiteParts {
  const reader = createReader(platform);
  return {
    reader,
    limiter: new RateLimiter({ ...platform, ...platform.rates, shared: reader.shared }),
    cors: platform.cors,
    figures: new CacheFigures(platform.clock.now()),
    faults: new FaultReports({ ...platform, ledger: platform.faults }),
    isOperator(headers) {
      const caller = platform.identity.remembered(headers);
      return caller !== null && readsEverything(caller);
    },
  };
}
