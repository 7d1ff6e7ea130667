import type { Part } from "../part.ts";
import { StackError } from "../stack_error.ts";
import { type HookSettings, openAccessTokenHook } from "./access_token_hook.ts";
import { dataApiRoute, type DataApiRouteOptions } from "./data_api_route.ts";
import { type FunctionRoute, functionRoute } from "./function_route.ts";
import { withCors } from "./cors.ts";
import type { PagesRoute } from "./pages.ts";
import { problemResponse } from "./problem.ts";
import { startProxy } from "./proxy.ts";
import { RESUMABLE_PATH, resumableUploads } from "./resumable_uploads.ts";
import { type StorageFault, storageFaults } from "./storage_fault.ts";

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
  /** For resumable uploads: where their files are, and `file_size_limit` of [storage]. Left out: there are none. */
  uploads?: { folder: string; byteLimit: number };
  /** Gives demo people who sign in with a password their own tokens. */
  demoTokenOf?: DataApiRouteOptions["demoTokenOf"];
  /** Serves the pages. Left out: there are none. */
  pages?: PagesRoute;
}

export interface GatewayPart extends Part {
  readonly origin: string;
  /** Makes storage misbehave until this is changed; null ends it. */
  setStorageFault(fault: StorageFault | null): void;
}

/** Puts all parts behind one origin on 127.0.0.1. Throws a StackError when the port is taken. */
export async function startGateway(options: GatewayOptions): Promise<GatewayPart> {
  const hook = options.accessTokenHook === undefined ? undefined : openAccessTokenHook(options.accessTokenHook);
  const { forward, stop: stopProxy } = startProxy();
  const toFunction = functionRoute({ ...options, forward });
  const otherSecretKeys = options.otherSecretKeys ?? [];
  const secretKeys = [options.secretKey, ...otherSecretKeys];
  const uploads = options.uploads === undefined
    ? null
    : resumableUploads({ ...options, ...options.uploads, secretKeys });
  const faults = storageFaults();
  const closing = new AbortController();
  const server = await listen(options.port, closing.signal, (request, remote) => {
    const toDataApi = {
      ...options,
      hook,
      issuer: `${origin}/auth/v1`,
      otherSecretKeys,
      forward,
    };
    const toStorage = (headers: Headers) =>
      faults.suffer(
        request,
        async () => {
          if (uploads !== null && isResumable(request)) return withCors(await uploads(request));
          return await dataApiRoute(request, headers, toDataApi);
        },
      );
    const toPages = async () => await options.pages?.(request, origin) ?? null;
    return route(request, forwardedHeaders(request, remote), { toFunction, toDataApi, toStorage, toPages });
  });
  const origin = `http://127.0.0.1:${server.addr.port}`;
  return {
    name: "gateway",
    kind: "stand-in",
    detail: origin,
    origin,
    setStorageFault: faults.setFault,
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
  { toFunction, toDataApi, toStorage, toPages }: {
    readonly toFunction: FunctionRoute;
    readonly toDataApi: DataApiRouteOptions;
    readonly toStorage: (headers: Headers) => Promise<Response>;
    readonly toPages: () => Promise<Response | null>;
  },
): Promise<Response> {
  const { pathname } = new URL(request.url);
  const [, service] = /^\/(functions|rest|auth|storage|realtime)\/v1(?:\/|$)/.exec(pathname) ?? [];
  let response: Response;
  if (service === "realtime" || request.headers.has("upgrade")) response = noRealtime();
  else if (service === undefined) response = await toPages() ?? noRoute(pathname);
  else if (service === "functions") response = await toFunction(request, headers);
  else if (service === "storage") response = await toStorage(headers);
  else response = await dataApiRoute(request, headers, toDataApi);
  response.headers.set("sb-request-id", headers.get("sb-request-id") ?? "");
  return response;
}

function isResumable(request: Request): boolean {
  const { pathname } = new URL(request.url);
  return pathname === RESUMABLE_PATH || pathname.startsWith(`${RESUMABLE_PATH}/`);
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
