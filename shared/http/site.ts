import { replicaHealth, viewsHealth } from "../ops/health.ts";
import type { Registry } from "../resource/registry.ts";
import { RefreshOnDemand } from "../read/refresh_on_demand.ts";
import { rememberHealth } from "../ops/remembered_health.ts";
import { FastPath } from "./fast_path.ts";
import type { Site } from "./handler.ts";
import type { Platform } from "../platform.ts";
import type { LoadDocument } from "./routes/serve_openapi.ts";
import { postsOf, routesOf } from "./routes/routes.ts";
import { siteParts } from "./site_parts.ts";

/** What a project serves. */
export interface Served {
  readonly registry: Registry;
  /** Loads the OpenAPI document of these resources when it is asked for; without it no path serves one. */
  readonly openapi?: LoadDocument;
}

/** Everything that one deployment serves, over its platform. */
export function createSite(
  { registry, openapi }: Served,
  platform: Platform,
): Site {
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
    routes: routesOf(api, openapi),
    posts: postsOf(api),
    deletes: new Map(),
  };
}
