import { loadOnce } from "../core/load_once.ts";
import type { Resource } from "../core/resource.ts";
import type { Api } from "./api.ts";
import type { Route } from "./routes.ts";
import { serveResource } from "./serve_resource.ts";

/** The route of a resource that its first request loads; those that follow wait for nothing. */
export function lazyResource(
  api: Api,
  { name, load }: { readonly name: string; readonly load: () => Promise<Resource> },
): Route {
  let route: Route | null = null;
  const loaded = loadOnce(async () => route = serveResource(api, await load()));

  async function first(exchange: Parameters<Route>[0]): Promise<Response> {
    exchange.resource = name;
    return await (await loaded())(exchange);
  }

  return (exchange) => route === null ? first(exchange) : route(exchange);
}
