import { decodeJwt } from "jose";
import { z } from "zod";
import { storageError } from "./storage_fault.ts";

const SIGNED = "/storage/v1/object/sign/";

const signed = z.looseObject({ signedUrl: z.string() });

/** Whether storage answers this request with signed addresses. */
export function givesSignedUrl(request: Request, pathname: string): boolean {
  return request.method === "POST" && pathname.startsWith(SIGNED);
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
  return (request.method === "GET" || request.method === "HEAD") && pathname.startsWith(SIGNED);
}

export interface ObjectInfoOptions {
  readonly dataApiUrl: string;
  readonly secretKey: string;
}

/**
 * lite answers an address that has expired with 500, forgets the type of a stored file, and knows no `download`: the
 * name under which a browser saves the file.
 */
export async function mendDownload(
  request: Request,
  response: Response,
  options: ObjectInfoOptions,
): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url);
  if (response.status === 500 && hasExpired(searchParams.get("token"))) {
    await response.body?.cancel();
    return storageError(400, "InvalidJWT", '"exp" claim timestamp check failed');
  }
  if (!response.ok) return response;
  const type = await typeOf(pathname.slice(SIGNED.length), options);
  if (type !== undefined) response.headers.set("content-type", type);
  const name = searchParams.get("download");
  if (name !== null) response.headers.set("content-disposition", dispositionOf(name));
  return response;
}

/** As RFC 6266 has it, with the characters that RFC 8187 wants encoded. */
function dispositionOf(name: string): string {
  if (name === "") return "attachment";
  const encoded = encodeURIComponent(name).replaceAll(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
  return `attachment; filename=${encoded}; filename*=UTF-8''${encoded};`;
}

const objectInfo = z.looseObject({ metadata: z.looseObject({ mimetype: z.string() }) });

async function typeOf(object: string, { dataApiUrl, secretKey }: ObjectInfoOptions): Promise<string | undefined> {
  const headers = { apikey: secretKey, authorization: `Bearer ${secretKey}` };
  const response = await fetch(`${dataApiUrl}/storage/v1/object/info/${object}`, { headers });
  return objectInfo.safeParse(await response.json()).data?.metadata.mimetype;
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
