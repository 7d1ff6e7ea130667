import { loadOnce } from "../../kernel/load_once.ts";
import type { Exchange } from "../request/exchange.ts";
import type { Route } from "./route.ts";

/** A route that is loaded by its first request; later requests do not wait. */
export function lazyRoute(name: string, load: () => Promise<Route>): Route {
  let route: Route | null = null;
  const loaded = loadOnce(async () => route = await load());

  async function first(exchange: Exchange): Promise<Response> {
    exchange.resource = name; // for the log, should it fail
    return await (await loaded())(exchange);
  }

  return (exchange) => route === null ? first(exchange) : route(exchange);
}
