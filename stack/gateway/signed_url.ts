import { decodeJwt } from "jose";
import { z } from "zod";
import { storageError } from "./storage_fault.ts";

const signed = z.looseObject({ signedUrl: z.string() });

/** Whether storage answers this request with signed addresses. */
export function givesSignedUrl(request: Request, pathname: string): boolean {
  return request.method === "POST" && pathname.startsWith("/storage/v1/object/sign/");
}

/** lite names the address `signedUrl` and begins it with /storage/v1; clients read `signedURL`, without that. */
export async function mendSignedUrl(response: Response): Promise<Response> {
  if (!response.ok) return response;
  const body: unknown = await response.json();
  const headers = new Headers(response.headers);
  headers.delete("content-length");
  return Response.json(Array.isArray(body) ? body.map(mend) : mend(body), { status: response.status, headers });
}

/** Whether a request follows a signed address. */
export function followsSignedUrl(request: Request, pathname: string): boolean {
  return (request.method === "GET" || request.method === "HEAD") && pathname.startsWith("/storage/v1/object/sign/");
}

/** lite answers an address that has expired with 500, and knows no `download`: the name under which a browser saves the file. */
export function mendDownload(request: Request, response: Response): Response {
  const { searchParams } = new URL(request.url);
  if (response.status === 500 && hasExpired(searchParams.get("token"))) {
    return storageError(400, "InvalidJWT", '"exp" claim timestamp check failed');
  }
  const name = searchParams.get("download");
  if (!response.ok || name === null) return response;
  const encoded = encodeURIComponent(name).replaceAll(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
  const disposition = name === "" ? "attachment" : `attachment; filename=${encoded}; filename*=UTF-8''${encoded};`;
  response.headers.set("content-disposition", disposition);
  return response;
}

function hasExpired(token: string | null): boolean {
  try {
    const { exp } = decodeJwt(token ?? "");
    return exp !== undefined && exp * 1000 <= Date.now();
  } catch {
    return false;
  }
}

function mend(entry: unknown): unknown {
  const parsed = signed.safeParse(entry);
  if (!parsed.success) return entry;
  return { ...parsed.data, signedURL: parsed.data.signedUrl.replace(/^\/storage\/v1/, "") };
}
