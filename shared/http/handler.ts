import { AppError } from "../kernel/app_error.ts";
import { type CacheEvent, notableEvents, replicaTiming, slowestRead } from "../cache/event.ts";
import type { CacheFigures } from "../cache/figures.ts";
import type { Clock, Log } from "../kernel/ports.ts";
import type { FaultReports } from "../ops/fault_reports.ts";
import type { MaybePromise } from "../kernel/maybe_promise.ts";
import type { CorsPolicy } from "../platform.ts";
import { allowOrigin, preflight } from "./response/cors.ts";
import { Exchange } from "./request/exchange.ts";
import { createRequestLog } from "./response/log_line.ts";
import { asAppError, problem } from "./response/problem.ts";
import { announcePolicy, announceStanding, isHalfSpent } from "./request/rate_limit.ts";
import type { Route } from "./routes/route.ts";

export interface HandlerOptions {
  readonly clock: Clock;
  /** Takes one JSON text for each request. */
  readonly log: Log;
}

/** What a deployment serves. It is set up by the first request; if that fails, every request is an error. */
export interface Site {
  readonly routes: ReadonlyMap<string, Route>;
  readonly faults: FaultReports;
  readonly figures: CacheFigures;
  /** The few paths that take a POST, and nothing else; `*` stands for any last segment, or any last but one. */
  readonly posts: ReadonlyMap<string, Route>;
  /** The paths that take a DELETE; one that ends in `*` stands for the paths directly below it. */
  readonly deletes: ReadonlyMap<string, Route>;
  readonly cors: CorsPolicy;
  /** Whether the credential in these headers was verified lately and is an operator's. */
  readonly isOperator: (headers: Headers) => boolean;
}

/** A read of the database that takes this long is an incident; the log names those of a second and more. */
const SLOW_READ_MS = 5_000;

/** A preflight is answered the same for every path. */
const PREFLIGHT = "GET, HEAD, POST, DELETE, OPTIONS";

/** Request in, response out: the only place that catches, and the only place that writes a line. */
export function createHandler(
  site: () => Promise<Site>,
  options: HandlerOptions,
): (request: Request) => Promise<Response> {
  function late(event: CacheEvent): void {
    found?.figures.noted(event);
    if (notableEvents([event]).length > 0) options.log(JSON.stringify({ event }), "now");
  }

  const logRequest = createRequestLog(options.log);
  let found: Site | null = null;

  return async (request) => {
    const exchange = new Exchange(request, { clock: options.clock, late });
    let error: AppError | null = null;
    let response: Response;
    try {
      found ??= await site();
      // Awaited only if it is a promise: most answers are ready at once.
      const routed = route(found, exchange);
      response = routed instanceof Promise ? await routed : routed;
    } catch (thrown) {
      error = asAppError(thrown);
      response = problem(error, exchange.request_id, { is_operator: found?.isOperator(request.headers) === true });
    }
    const source_ms = slowestRead(exchange.events);
    if (found !== null) {
      found.figures.answered(exchange.events);
      report(found.faults, exchange, { error, source_ms });
    }
    const milliseconds = exchange.finish();
    // A route may send copies of one response to many callers: what differs between callers is added here, to the copy.
    addCallerHeaders(response, exchange, found?.cors ?? []);
    if (request.method === "HEAD") response = await withoutBody(response);
    addRequestHeaders(response, exchange, milliseconds);
    const logged = logRequest(exchange, { status: response.status, error, milliseconds, source_ms });
    if (logged instanceof Promise) await logged;
    return response;
  };
}

/** Reports every fault; a refusal says nothing about the resource either way. */
function report(
  faults: FaultReports,
  { resource, request_id, path, emit }: Exchange,
  { error, source_ms }: { readonly error: AppError | null; readonly source_ms: number | null },
): void {
  // A fault can only come from a route's path: any other path is not found.
  const subject = resource ?? path;
  if (source_ms !== null && source_ms >= SLOW_READ_MS) {
    faults.slow({ resource: subject, request_id, read_ms: source_ms }, emit);
  }
  if (error === null) faults.answered(subject, emit);
  else if (error.is_fault) faults.failed({ resource: subject, request_id, defect: error.defect ?? error.code }, emit);
}

/** The headers that depend on the caller: its origin and its limit. */
function addCallerHeaders({ headers, status }: Response, { request, standing }: Exchange, cors: CorsPolicy): void {
  allowOrigin(headers, cors, request.headers.get("origin"));
  // Headers are most of the cost of a 304: those of a body, and those that the caller has already, are left out.
  if (status === 304) return;
  headers.set("x-content-type-options", "nosniff");
  if (standing !== null) announcePolicy(headers, standing);
}

/** The headers that differ in every response. */
function addRequestHeaders({ headers, status }: Response, exchange: Exchange, milliseconds: number): void {
  const { standing } = exchange;
  headers.set("x-request-id", exchange.request_id);
  // A polling caller gets it when it begins to matter; until then a 304 is cheaper without.
  if (standing !== null && (status !== 304 || isHalfSpent(standing))) announceStanding(headers, standing);
  const timing = exchange.serverTiming(milliseconds);
  if (timing === null || status === 304) return;
  const replica = replicaTiming(exchange.events);
  headers.set("server-timing", replica === null ? timing : `${timing}, ${replica}`);
}

/** HEAD is GET without the body; all headers, including the length, are those of GET. */
async function withoutBody(response: Response): Promise<Response> {
  const { byteLength } = await response.arrayBuffer();
  const bare = new Response(null, response);
  if (byteLength > 0) bare.headers.set("content-length", String(byteLength));
  return bare;
}

function route({ routes, posts, deletes }: Site, exchange: Exchange): MaybePromise<Response> {
  const { request: { method }, path } = exchange;
  if (method === "OPTIONS") return preflight(PREFLIGHT);
  const found = at(routes, path);
  if (found !== undefined && (method === "GET" || method === "HEAD")) return found(exchange);
  const posted = at(posts, path);
  if (posted !== undefined && method === "POST") return posted(exchange);
  const deleted = at(deletes, path);
  if (deleted !== undefined && method === "DELETE") return deleted(exchange);
  throw refusalOf({ reads: found !== undefined, posts: posted !== undefined, deletes: deleted !== undefined });
}

/** The route of a path: its own, else one for any last segment, else one for any last but one. */
function at(routes: ReadonlyMap<string, Route>, path: string): Route | undefined {
  const last = path.lastIndexOf("/");
  const before = path.lastIndexOf("/", last - 1);
  return routes.get(path) ?? routes.get(`${path.slice(0, last)}/*`) ??
    routes.get(`${path.slice(0, before)}/*${path.slice(last)}`);
}

/** @returns the error for a method that the path does not take, or for a path that takes none */
function refusalOf(takes: { readonly reads: boolean; readonly posts: boolean; readonly deletes: boolean }): AppError {
  const allow = [
    ...(takes.reads ? ["GET", "HEAD"] : []),
    ...(takes.posts ? ["POST"] : []),
    ...(takes.deletes ? ["DELETE"] : []),
    "OPTIONS",
  ];
  if (takes.posts) return new AppError("METHOD_NOT_ALLOWED", { detail: "This path takes POST only", allow });
  if (takes.deletes) {
    return new AppError("METHOD_NOT_ALLOWED", { detail: "This path takes GET, HEAD and DELETE", allow });
  }
  if (takes.reads) {
    return new AppError("METHOD_NOT_ALLOWED", { detail: "This path is read only: use GET or HEAD", allow });
  }
  return new AppError("NOT_FOUND", {
    detail: "There is nothing at this path; /analytics/catalog lists what there is",
  });
}
