import { z } from "zod";

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

function mend(entry: unknown): unknown {
  const parsed = signed.safeParse(entry);
  if (!parsed.success) return entry;
  return { ...parsed.data, signedURL: parsed.data.signedUrl.replace(/^\/storage\/v1/, "") };
}
