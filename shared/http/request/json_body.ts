import { AppError } from "../../kernel/app_error.ts";

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
  const text = await textUpTo(request, most_bytes);
  try {
    return JSON.parse(text);
  } catch {
    throw new AppError("BAD_REQUEST", { detail: "The body is not valid JSON" });
  }
}

async function textUpTo(request: Request, most_bytes: number): Promise<string> {
  // What is declared is refused unread.
  if (Number(request.headers.get("content-length") ?? 0) > most_bytes) throw tooLarge(most_bytes);
  const decoder = new TextDecoder();
  let text = "";
  let length = 0;
  for await (const part of request.body ?? []) {
    length += part.byteLength;
    if (length > most_bytes) throw tooLarge(most_bytes);
    text += decoder.decode(part, { stream: true });
  }
  return text + decoder.decode();
}

function tooLarge(most_bytes: number): AppError {
  return new AppError("CONTENT_TOO_LARGE", { detail: `The body may have at most ${most_bytes} bytes` });
}
