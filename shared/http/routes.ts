import { fullName } from "../core/resource.ts";
import type { Api } from "./api.ts";
import type { Exchange } from "./exchange.ts";
import { serveCatalog } from "./serve_catalog.ts";
import { serveHealth } from "./serve_health.ts";
import { serveResource } from "./serve_resource.ts";

export type Route = (exchange: Exchange) => Promise<Response>;

/**
 * Every path of the function. Paths are compared as they were written, so `//`, `;x`, `%2f`, a trailing slash or an
 * ending like `.css` is simply another path, and not found.
 */
export function routesOf(api: Api): ReadonlyMap<string, Route> {
  const routes = new Map<string, Route>([
    ["/analytics/catalog", (exchange) => serveCatalog(api, exchange)],
    ["/analytics/health", (exchange) => serveHealth(api, exchange)],
  ]);
  for (const resource of api.resources) {
    routes.set(`/analytics/${fullName(resource)}`, (exchange) => serveResource(api, resource, exchange));
  }
  return routes;
}
