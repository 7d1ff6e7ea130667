import { AppError } from "../../kernel/app_error.ts";
import { readLimited } from "./read_limited.ts";

/**
 * The body of a request as JSON, read up to a limit.
 *
 * @throws AppError CONTENT_TOO_LARGE, or BAD_REQUEST for another type and for text that is no JSON
 */
export async function jsonBody(request: Request, most_bytes: number): Promise<unknown> {
  requireJson(request);
  return parsed(await readLimited(request, most_bytes));
}

/**
 * As jsonBody, where the body may be left out: null then. Servers show a request without a body as one without bytes, and
 * clients may name a type all the same.
 */
export async function optionalJsonBody(request: Request, most_bytes: number): Promise<unknown> {
  if (request.body === null) return null;
  const text = await readLimited(request, most_bytes);
  if (text === "") return null;
  requireJson(request);
  return parsed(text);
}

function requireJson(request: Request): void {
  const type = request.headers.get("content-type") ?? "";
  if (!/^application\/json\s*(?:;|$)/i.test(type)) {
    throw new AppError("BAD_REQUEST", { detail: "The body must be JSON, with content-type application/json" });
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new AppError("BAD_REQUEST", { detail: "The body is not valid JSON" });
  }
}
