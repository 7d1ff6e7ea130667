import type { Api } from "../api.ts";
import { lazyRoute } from "./lazy_route.ts";
import type { Route } from "./route.ts";
import { serveCatalog } from "./serve_catalog.ts";
import { serveHealth } from "./serve_health.ts";
import { type LoadDocument, serveOpenapi } from "./serve_openapi.ts";
import { serveOps } from "./serve_ops.ts";
import { serveResource } from "./serve_resource.ts";

/**
 * Every path that can be read; `*` stands for any last segment, or any last but one. Paths are compared as they were
 * sent, so one with `//`, `;x`, `%2f`, a trailing slash or an ending like `.css` is simply another path, and not found.
 */
export function routesOf(api: Api, openapi?: LoadDocument): ReadonlyMap<string, Route> {
  const routes = new Map<string, Route>([
    ["/analytics/catalog", (exchange) => serveCatalog(api, exchange)],
    ["/analytics/health", (exchange) => serveHealth(api, exchange)],
    ...(openapi === undefined ? [] : [["/analytics/openapi.json", serveOpenapi(api, openapi)] as const]),
    [
      "/analytics/ops/incidents",
      lazyRoute("ops/incidents", async () => serveOps(api, (await import("./ops_incidents.ts")).incidents)),
    ],
    ["/analytics/ops/jobs", lazyRoute("ops/jobs", async () => serveOps(api, (await import("./ops_jobs.ts")).jobs))],
    ["/analytics/ops/views", lazyRoute("ops/views", async () => serveOps(api, (await import("./ops_views.ts")).views))],
    [
      "/analytics/ops/outbox",
      lazyRoute("ops/outbox", async () => serveOps(api, (await import("./ops_outbox.ts")).outbox)),
    ],
    [
      "/analytics/ops/actions",
      lazyRoute("ops/actions", async () => serveOps(api, (await import("./ops_actions.ts")).actions)),
    ],
    ["/analytics/ops/cache", lazyRoute("ops/cache", async () => (await import("./serve_cache.ts")).serveCache(api))],
    [
      "/analytics/ops/refreshes/*",
      lazyRoute("ops/refreshes", async () => (await import("./serve_refreshes.ts")).serveRefresh(api)),
    ],
    ["/analytics/runbook/*", lazyRoute("runbook", async () => (await import("./serve_runbook.ts")).serveRunbook(api))],
    ["/analytics/ops/runs", lazyRoute("ops/runs", async () => serveOps(api, (await import("./ops_runs.ts")).runs))],
  ]);
  for (const [name, load] of Object.entries(api.registry)) {
    routes.set(`/analytics/${name}`, lazyRoute(name, async () => serveResource(api, await load())));
  }
  return routes;
}

/** Every path that takes a POST. */
export function postsOf(api: Api): ReadonlyMap<string, Route> {
  const actions = (["mute", "unmute", "adopt"] as const).map((action): readonly [string, Route] => [
    `/analytics/ops/jobs/*/${action}`,
    lazyRoute(`ops/${action}`, async () => (await import("./serve_actions.ts")).takeJobAction(api, action)),
  ]);
  return new Map([
    [
      "/analytics/ops/refresh",
      lazyRoute("ops/refresh", async () => (await import("./serve_refreshes.ts")).takeRefresh(api)),
    ],
    [
      "/analytics/ops/views/*/refresh",
      lazyRoute("ops/refresh", async () => (await import("./serve_refreshes.ts")).takeViewRefresh(api)),
    ],
    ...actions,
  ]);
}
