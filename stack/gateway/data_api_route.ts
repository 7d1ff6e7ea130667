import { preflight, withCors } from "./cors.ts";
import type { Forward } from "./proxy.ts";
import { givesSession, mendSession, type TokenOptions } from "./session_tokens.ts";
import { followsSignedUrl, givesSignedUrl, mendDownload, mendSignedUrl } from "./signed_url.ts";

export interface DataApiRouteOptions extends TokenOptions {
  dataApiUrl: string;
  /** The secret key that the data API knows. */
  secretKey: string;
  /** Further secret keys, which count as the one that the data API knows. */
  otherSecretKeys: readonly string[];
  forward: Forward;
}

/** Passes a request for /rest, /auth or /storage on, and corrects the answer where lite differs from the platform. */
export async function dataApiRoute(
  request: Request,
  headers: Headers,
  options: DataApiRouteOptions,
): Promise<Response> {
  if (request.method === "OPTIONS") return preflight(request);
  const { pathname, search } = new URL(request.url);
  const isSession = givesSession(request, pathname);
  const isSignedUrl = givesSignedUrl(request, pathname);
  useKnownKey(headers, options);
  if (isSession || isSignedUrl) headers.set("accept-encoding", "identity");
  const response = await options.forward(request, {
    origin: options.dataApiUrl,
    path: pathname + search,
    part: "the data API",
    headers,
  });
  if (isSession) return withCors(await mendSession(request, response, options));
  if (isSignedUrl) return withCors(await mendSignedUrl(response));
  if (followsSignedUrl(request, pathname)) return withCors(await mendDownload(request, response, options));
  return withCors(response);
}

/** A project has as many secret keys as it likes, all of them service_role; lite has one. */
function useKnownKey(headers: Headers, { otherSecretKeys, secretKey }: DataApiRouteOptions): void {
  for (const key of otherSecretKeys) {
    if (headers.get("apikey") === key) headers.set("apikey", secretKey);
    if (headers.get("authorization") === `Bearer ${key}`) headers.set("authorization", `Bearer ${secretKey}`);
  }
}
