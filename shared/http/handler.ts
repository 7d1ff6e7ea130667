import { AppError } from "../core/app_error.ts";
import { type CacheEvent, notableEvents } from "../core/cache_event.ts";
import type { Clock } from "../core/clock.ts";
import type { Log } from "../core/log.ts";
import { allowOrigin, type CorsPolicy, preflight } from "./cors.ts";
import { Exchange } from "./exchange.ts";
import { logRequest } from "./log_line.ts";
import { asAppError, problem } from "./problem.ts";
import { announcePolicy, announceStanding } from "./rate_limit.ts";
import type { Route } from "./routes.ts";

export interface HandlerOptions {
  readonly clock: Clock;
  /** Takes one JSON text for each request. */
  readonly log: Log;
}

/** What a deployment answers with: found when the first request arrives, or an error for every request. */
export interface Site {
  readonly routes: ReadonlyMap<string, Route>;
  readonly cors: CorsPolicy;
}

const METHODS = ["GET", "HEAD", "OPTIONS"] as const;

/** Request in, response out: the only place that catches, and the only place that writes a line. */
export function createHandler(
  site: () => Promise<Site>,
  options: HandlerOptions,
): (request: Request) => Promise<Response> {
  function late(event: CacheEvent): void {
    if (notableEvents([event]).length > 0) options.log(JSON.stringify({ event }), "now");
  }

  return async (request) => {
    const exchange = new Exchange(request, { clock: options.clock, late });
    let error: AppError | null = null;
    let response: Response;
    let cors: CorsPolicy = [];
    try {
      const found = await site();
      cors = found.cors;
      response = await answer(found.routes, exchange);
    } catch (thrown) {
      error = asAppError(thrown);
      response = problem(error, exchange.request_id);
    }
    const milliseconds = exchange.finish();
    if (request.method === "HEAD") response = await withoutBody(response);
    const { headers } = response;
    const { standing } = exchange;
    headers.set("x-request-id", exchange.request_id);
    if (standing !== null) announceStanding(headers, standing);
    // Headers are what a 304 costs: it goes without those of a body, and what the caller has already been told.
    if (response.status !== 304) {
      headers.set("x-content-type-options", "nosniff");
      headers.set("server-timing", exchange.serverTiming(milliseconds));
      if (standing !== null) announcePolicy(headers, standing);
    }
    allowOrigin(headers, cors, request.headers.get("origin"));
    logRequest(options.log, exchange, { status: response.status, error, milliseconds });
    return response;
  };
}

/** HEAD is GET without the body; every header, the length included, is GET's. */
async function withoutBody(response: Response): Promise<Response> {
  const { byteLength } = await response.arrayBuffer();
  const bare = new Response(null, response);
  if (byteLength > 0) bare.headers.set("content-length", String(byteLength));
  return bare;
}

function answer(routes: ReadonlyMap<string, Route>, exchange: Exchange): Promise<Response> | Response {
  const { method } = exchange.request;
  if (method === "OPTIONS") return preflight(METHODS.join(", "));
  const route = routes.get(exchange.path);
  if (route === undefined) {
    throw new AppError("NOT_FOUND", {
      detail: "There is nothing at this path; /analytics/catalog lists what there is",
    });
  }
  if (method !== "GET" && method !== "HEAD") {
    const detail = "This path is read only: use GET or HEAD";
    throw new AppError("METHOD_NOT_ALLOWED", { detail, allow: METHODS });
  }
  return route(exchange);
}
