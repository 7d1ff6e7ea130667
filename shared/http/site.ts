import { replicaHealth, viewsHealth } from "../ops/health.ts";
import { RefreshOnDemand } from "../read/refresh_on_demand.ts";
import type { Registry } from "../resource/registry.ts";
import { rememberHealth } from "../ops/remembered_health.ts";
import { FastPath } from "./fast_path.ts";
import type { Site } from "./handler.ts";
import type { Platform } from "../platform.ts";
import { postsOf, routesOf } from "./routes/routes.ts";
import { siteParts } from "./site_parts.ts";

/** Everything that one deployment serves, over its platform. */
export function createSite(registry: Registry, platform: Platform): Site {
  const { reader, limiter, ...common } = siteParts(platform);
  const health = [
    viewsHealth(reader, registry),
    ...[...replicaHealth(reader), ...platform.health].map((source) =>
      rememberHealth(source, { clock: platform.clock, milliseconds: 1_000 })
    ),
  ];
  const on_demand = new RefreshOnDemand(platform.refreshes, platform);
  const api = {
    ...platform,
    registry,
    reader,
    health,
    limiter,
    on_demand,
    figures: common.figures,
    fast_path: new FastPath(),
  };
  return {
    ...common,
    routes: routesOf(api),
    posts: postsOf(api),
    deletes: new Map(),
  };
}
