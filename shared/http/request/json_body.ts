import { AppError } from "../../kernel/app_error.ts";
import { readLimited } from "./read_limited.ts";

/**
 * The body of a request as JSON, read up to a limit.
 *
 * @throws AppError CONTENT_TOO_LARGE, or BAD_REQUEST for another type and for text that is no JSON
 */
export async function jsonBody(request: Request, most_bytes: number): Promise<unknown> {
  const type = request.headers.get("content-type") ?? "";
  if (!/^application\/json\s*(?:;|$)/i.test(type)) {
    throw new AppError("BAD_REQUEST", { detail: "The body must be JSON, with content-type application/json" });
  }
  const text = await readLimited(request, most_bytes);
  try {
    return JSON.parse(text);
  } catch {
    throw new AppError("BAD_REQUEST", { detail: "The body is not valid JSON" });
  }
}
