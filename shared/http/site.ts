import { readsEverything } from "../access/caller.ts";
import { FaultReports } from "../ops/fault_reports.ts";
import { viewsHealth } from "../ops/health.ts";
import { RateLimiter } from "../limits/rate_limiter.ts";
import { createReader } from "../read/reader.ts";
import { RefreshOnDemand } from "../read/refresh_on_demand.ts";
import type { Registry } from "../resource/registry.ts";
import { rememberHealth } from "../ops/remembered_health.ts";
import { FastPath } from "./fast_path.ts";
import type { Site } from "./handler.ts";
import type { Platform } from "../platform.ts";
import { postsOf, routesOf } from "./routes/routes.ts";

/** Everything that one deployment serves, over its platform. */
export function createSite(registry: Registry, platform: Platform): Site {
  const reader = createReader(platform);
  const limiter = new RateLimiter({ ...platform, ...platform.rates, shared: reader.shared });
  const health = [
    viewsHealth(reader, registry),
    ...platform.health.map((source) => rememberHealth(source, { clock: platform.clock, milliseconds: 1_000 })),
  ];
  const on_demand = new RefreshOnDemand(platform.refreshes, platform);
  const api = { ...platform, registry, reader, health, limiter, on_demand, fast_path: new FastPath() };
  const faults = new FaultReports({ ...platform, ledger: platform.faults });
  return {
    cors: platform.cors,
    routes: routesOf(api),
    posts: postsOf(api),
    deletes: new Map(),
    faults,
    isOperator(headers) {
      const caller = platform.identity.remembered(headers);
      return caller !== null && readsEverything(caller);
    },
  };
}
