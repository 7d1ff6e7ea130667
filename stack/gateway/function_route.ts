import { jwtVerify } from "jose";
import { problemResponse } from "./problem.ts";
import type { Forward } from "./proxy.ts";

export interface FunctionRouteOptions {
  functionUrls: Record<string, string[]>;
  verifyJwt: Record<string, boolean>;
  jwtSecret: string;
  forward: Forward;
}

/** Picks the isolate for each request: the one that `x-freshet-isolate` names, or the next in turn. */
export type FunctionRoute = (request: Request, headers: Headers) => Promise<Response>;

/** Routes `/functions/v1/<name>/…` to an isolate of that function, which sees `/<name>/…` as on the platform. */
export function functionRoute(options: FunctionRouteOptions): FunctionRoute {
  const turns = new Map<string, number>();
  const secret = new TextEncoder().encode(options.jwtSecret);

  return async (request, headers) => {
    const url = new URL(request.url);
    const path = url.pathname.slice("/functions/v1".length);
    const name = path.split("/")[1] ?? "";
    const isolates = Object.hasOwn(options.functionUrls, name) ? options.functionUrls[name] : undefined;
    if (isolates === undefined) {
      return Response.json({ code: "NOT_FOUND", message: "Requested function was not found" }, { status: 404 });
    }
    if (options.verifyJwt[name] && request.method !== "OPTIONS") {
      const refusal = await refusalOf(request.headers, secret);
      if (refusal !== undefined) return Response.json({ code: 401, message: refusal }, { status: 401 });
    }
    const turn = turns.get(name) ?? 0;
    turns.set(name, turn + 1);
    const wanted = request.headers.get("x-freshet-isolate");
    const index = wanted === null ? turn % isolates.length : Number(wanted);
    const origin = isolates[index];
    if (origin === undefined) return noSuchIsolate(name, String(wanted), isolates.length);
    const response = await options.forward(request, {
      origin,
      path: path + url.search,
      part: `function "${name}"`,
      headers,
    });
    response.headers.set("x-freshet-isolate", String(index));
    return response;
  };
}

/**
 * The reason why the platform's own check (verify_jwt) refuses a request. It lets API keys through unread, in either header, so
 * it does not establish who the caller is.
 */
async function refusalOf(headers: Headers, secret: Uint8Array): Promise<string | undefined> {
  const token = headers.get("authorization")?.replace(/^Bearer /i, "");
  if ([token, headers.get("apikey")].some((key) => /^sb_(publishable|secret)_/.test(key ?? ""))) return undefined;
  if (token === undefined) return "Missing authorization header";
  try {
    await jwtVerify(token, secret, { algorithms: ["HS256"] });
    return undefined;
  } catch {
    return "Invalid JWT";
  }
}

function noSuchIsolate(name: string, wanted: string, count: number): Response {
  return problemResponse({
    status: 400,
    code: "NO_SUCH_ISOLATE",
    detail: `x-freshet-isolate is "${wanted}", but function "${name}" has ${count} isolate(s), numbered from 0`,
    remedy: "ask for one of these, or leave the header out",
  });
}
