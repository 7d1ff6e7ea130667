import type { Part } from "../part.ts";
import { StackError } from "../stack_error.ts";
import { type HookSettings, openAccessTokenHook } from "./access_token_hook.ts";
import { dataApiRoute, type DataApiRouteOptions } from "./data_api_route.ts";
import { type FunctionRoute, functionRoute } from "./function_route.ts";
import { problemResponse } from "./problem.ts";
import { startProxy } from "./proxy.ts";

export interface GatewayOptions {
  /** 0 takes a free one. */
  port: number;
  dataApiUrl: string;
  /** Looked up at each request, so it may be filled after the start: the functions need the origin first. */
  functionUrls: Record<string, string[]>;
  /** Looked up at each request. */
  verifyJwt: Record<string, boolean>;
  jwtSecret: string;
  /** The secret key that the data API knows. */
  secretKey: string;
  /** Further secret keys of the project, e.g. the one named "cron". */
  otherSecretKeys?: readonly string[];
  /** When [auth.hook.custom_access_token] of config.toml is enabled. */
  accessTokenHook?: HookSettings;
}

/** Puts all parts behind one origin on 127.0.0.1. Throws a StackError when the port is taken. */
export async function startGateway(options: GatewayOptions): Promise<Part & { origin: string }> {
  const hook = options.accessTokenHook === undefined ? undefined : openAccessTokenHook(options.accessTokenHook);
  const { forward, stop: stopProxy } = startProxy();
  const toFunction = functionRoute({ ...options, forward });
  const closing = new AbortController();
  const server = await listen(options.port, closing.signal, (request, remote) => {
    const toDataApi = {
      ...options,
      hook,
      issuer: `${origin}/auth/v1`,
      otherSecretKeys: options.otherSecretKeys ?? [],
      forward,
    };
    return route(request, forwardedHeaders(request, remote), toFunction, toDataApi);
  });
  const origin = `http://127.0.0.1:${server.addr.port}`;
  return {
    name: "gateway",
    kind: "stand-in",
    detail: origin,
    origin,
    async stop() {
      closing.abort();
      await server.finished;
      stopProxy();
      await hook?.stop();
    },
  };
}

function listen(
  port: number,
  signal: AbortSignal,
  handle: (request: Request, remote: Deno.NetAddr) => Promise<Response>,
): Promise<Deno.HttpServer<Deno.NetAddr>> {
  try {
    const server = Deno.serve(
      { hostname: "127.0.0.1", port, signal, onListen: () => {} },
      (request, { remoteAddr }) => handle(request, remoteAddr),
    );
    return Promise.resolve(server);
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) return Promise.reject(error);
    const taken = new StackError(
      `Port ${port} on 127.0.0.1 is taken`,
      `stop what listens there (ss -ltnp 'sport = :${port}' names it), or choose another port`,
    );
    return Promise.reject(taken);
  }
}

async function route(
  request: Request,
  headers: Headers,
  toFunction: FunctionRoute,
  toDataApi: DataApiRouteOptions,
): Promise<Response> {
  const { pathname } = new URL(request.url);
  const [, service] = /^\/(functions|rest|auth|storage|realtime)\/v1(?:\/|$)/.exec(pathname) ?? [];
  let response: Response;
  if (service === "realtime" || request.headers.has("upgrade")) response = noRealtime();
  else if (service === undefined) response = noRoute(pathname);
  else if (service === "functions") response = await toFunction(request, headers);
  else response = await dataApiRoute(request, headers, toDataApi);
  response.headers.set("sb-request-id", headers.get("sb-request-id") ?? "");
  return response;
}

/** The headers that the gateway adds to a request for a part. */
function forwardedHeaders(request: Request, remote: Deno.NetAddr): Headers {
  const headers = new Headers(request.headers);
  const before = request.headers.get("x-forwarded-for");
  headers.set("x-forwarded-for", before === null ? remote.hostname : `${before}, ${remote.hostname}`);
  // As Cloudflare does in front of the platform: a value from the caller is replaced.
  headers.set("cf-connecting-ip", remote.hostname);
  headers.set("x-forwarded-proto", "http");
  headers.set("x-forwarded-host", request.headers.get("host") ?? "");
  headers.set("sb-request-id", crypto.randomUUID());
  return headers;
}

function noRealtime(): Response {
  return problemResponse({
    status: 501,
    code: "NOT_IMPLEMENTED",
    detail: "The local stack has no Realtime and takes no WebSocket",
    remedy: "poll instead, or run the project with `supabase start`, which needs Docker",
  });
}

function noRoute(pathname: string): Response {
  return problemResponse({
    status: 404,
    code: "NO_ROUTE",
    detail: `Nothing is served at ${pathname}`,
    remedy: "use /functions/v1/<name>, /rest/v1, /auth/v1 or /storage/v1",
  });
}
