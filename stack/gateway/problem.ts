/** The gateway's own errors: RFC 9457 problem JSON, with the remedy. */
export interface Problem {
  status: number;
  code: string;
  detail: string;
  remedy: string;
}

export function problemResponse({ status, code, detail, remedy }: Problem): Response {
  return Response.json({ type: "about:blank", status, code, detail, remedy }, {
    status,
    headers: {
      "content-type": "application/problem+json",
      "cache-control": "no-store",
      "access-control-allow-origin": "*",
      ...(status === 503 ? { "retry-after": "1" } : {}),
    },
  });
}
