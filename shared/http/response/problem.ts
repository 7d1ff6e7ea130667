import { AppError, internalError } from "../../kernel/app_error.ts";

const TITLES: Readonly<Record<AppError["code"], string>> = {
  BAD_REQUEST: "Bad request",
  UNAUTHENTICATED: "Not authenticated",
  FORBIDDEN: "Forbidden",
  NOT_FOUND: "Not found",
  METHOD_NOT_ALLOWED: "Method not allowed",
  NOT_ACCEPTABLE: "Not acceptable",
  CONFLICT: "Conflict",
  CONTENT_TOO_LARGE: "Content too large",
  RATE_LIMITED: "Too many requests",
  INTERNAL: "Internal error",
  NOT_READY: "Not ready",
  TOO_STALE: "Too stale",
  SOURCE_UNAVAILABLE: "Source unavailable",
};

/** Anything thrown, as an AppError. The message of a foreign error may hold data, so only its name and place are kept. */
export function asAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  if (!(thrown instanceof Error)) return internalError("something other than an error was thrown");
  const place = /\/((?:packs|shared|supabase)\/[\w./-]+:\d+):\d+/.exec(thrown.stack ?? "")?.[1] ?? "an unknown place";
  return internalError(`${thrown.name} at ${place}`);
}

/** Problem details (RFC 9457) with a stable `code`. Never stored, never with a stack. Operators also get the remedy, if there is one. */
export function problem(error: AppError, request_id: string, reader: { readonly is_operator: boolean }): Response {
  const body = {
    type: "about:blank",
    title: TITLES[error.code],
    status: error.status,
    code: error.code,
    detail: error.message,
    ...(reader.is_operator && error.remedy !== null ? { remedy: error.remedy } : {}),
    ...error.facts,
    ...(error.errors.length > 0 ? { errors: error.errors } : {}),
    request_id,
  };
  const headers = new Headers({ "content-type": "application/problem+json", "cache-control": "no-store" });
  if (error.retry_after_seconds !== null) headers.set("retry-after", String(error.retry_after_seconds));
  if (error.allow.length > 0) headers.set("allow", error.allow.join(", "));
  if (error.code === "UNAUTHENTICATED") headers.set("www-authenticate", 'Bearer realm="freshet"');
  return new Response(JSON.stringify(body), { status: error.status, headers });
}
