import type { Api } from "./api.ts";
import type { Exchange } from "./exchange.ts";
import { incidents } from "./ops_incidents.ts";
import { jobs } from "./ops_jobs.ts";
import { runs } from "./ops_runs.ts";
import { serveCatalog } from "./serve_catalog.ts";
import { serveHealth } from "./serve_health.ts";
import { serveOpenapi } from "./serve_openapi.ts";
import { serveOps } from "./serve_ops.ts";
import { lazyResource } from "./lazy_resource.ts";

export type Route = (exchange: Exchange) => Promise<Response>;

/**
 * Every path of the function. Paths are compared as they were written, so `//`, `;x`, `%2f`, a trailing slash or an
 * ending like `.css` is simply another path, and not found.
 */
export function routesOf(api: Api): ReadonlyMap<string, Route> {
  const routes = new Map<string, Route>([
    ["/analytics/catalog", (exchange) => serveCatalog(api, exchange)],
    ["/analytics/health", (exchange) => serveHealth(api, exchange)],
    ["/analytics/openapi.json", serveOpenapi(api)],
    ["/analytics/ops/incidents", (exchange) => serveOps(api, incidents, exchange)],
    ["/analytics/ops/jobs", (exchange) => serveOps(api, jobs, exchange)],
    ["/analytics/ops/runs", (exchange) => serveOps(api, runs, exchange)],
  ]);
  for (const [name, load] of Object.entries(api.registry)) {
    routes.set(`/analytics/${name}`, lazyResource(api, { name, load }));
  }
  return routes;
}
