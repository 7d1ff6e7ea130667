/** What the gateway itself has to say: RFC 9457 problem JSON, with what to do about it. */
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
