const methods = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";

/** The answer to a browser's preflight for the data API, auth and storage. Functions answer their own. */
export function preflight(request: Request): Response {
  return new Response(null, {
    status: 200,
    headers: {
      "access-control-allow-origin": "*",
      "access-control-allow-methods": methods,
      "access-control-allow-headers": request.headers.get("access-control-request-headers") ?? "*",
      "access-control-max-age": "3600",
      "vary": "Access-Control-Request-Headers",
    },
  });
}

/** Lets every origin read an answer, as the platform does: the keys decide, not the origin. */
export function withCors(response: Response): Response {
  if (!response.headers.has("access-control-allow-origin")) response.headers.set("access-control-allow-origin", "*");
  return response;
}
