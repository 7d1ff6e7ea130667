import type { Identity } from "../core/caller.ts";
import type { Clock } from "../core/clock.ts";
import { type HealthSource, viewsHealth } from "../core/health.ts";
import type { Log } from "../core/log.ts";
import type { Operations } from "../core/ops.ts";
import { rememberHealth } from "../core/remembered_health.ts";
import { RateLimiter, type RateParts } from "../core/rate_limiter.ts";
import { RefreshOnDemand } from "../core/refresh_on_demand.ts";
import type { Refreshes } from "../core/refreshes.ts";
import { createReader, type ReaderParts } from "../core/reader.ts";
import type { Resource } from "../core/resource.ts";
import type { CorsPolicy } from "./cors.ts";
import { createHandler, type Site } from "./handler.ts";
import { routesOf } from "./routes.ts";

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
  readonly client_address_header: string;
}

export interface AnalyticsOptions {
  readonly resources: readonly Resource[];
  /** Called once, by the first request: importing the function touches nothing. */
  readonly connect: () => Platform | Promise<Platform>;
  readonly clock: Clock;
  readonly log: Log;
}

/** The read function: a fetch handler over the given resources. */
export function serveAnalytics(options: AnalyticsOptions): (request: Request) => Promise<Response> {
  let connected: Promise<Site> | null = null;

  async function connect(): Promise<Site> {
    const platform = await options.connect();
    const reader = createReader(platform);
    const limiter = new RateLimiter({ ...platform, ...platform.rates, shared: reader.shared });
    const health = [
      viewsHealth(reader, options.resources),
      ...platform.health.map((source) => rememberHealth(source, { clock: platform.clock, milliseconds: 1_000 })),
    ];
    const refreshes = new RefreshOnDemand(platform.refreshes, platform);
    const api = { ...platform, resources: options.resources, reader, health, limiter, refreshes };
    return { cors: platform.cors, routes: routesOf(api) };
  }

  function site(): Promise<Site> {
    // A failed connection is forgotten, so that a fault that passes does not stay for the isolate's life.
    connected ??= connect().catch((error: unknown) => {
      connected = null;
      throw error;
    });
    return connected;
  }

  return createHandler(site, options);
}
