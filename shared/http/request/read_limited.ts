import { AppError } from "../../kernel/app_error.ts";

/** A proxy that is still sending when the answer comes loses the answer, so the rest of a body that is a little too long is read. */
const DISCARDED_BYTES = 1_048_576;

/**
 * The body as text, read up to the limit: a caller that is not verified yet decides how much it sends. Nothing over the
 * limit is kept, whether the length is declared or only found while reading.
 *
 * @throws AppError CONTENT_TOO_LARGE, or BAD_REQUEST for bytes that are not UTF-8 and for a caller that went away
 */
export async function readLimited({ headers, body }: Request, most_bytes: number): Promise<string> {
  const declared = Number(headers.get("content-length") ?? 0);
  const chunks: BlobPart[] = [];
  let length = 0;
  try {
    for await (const chunk of body ?? []) {
      length += chunk.byteLength;
      if (length > most_bytes + DISCARDED_BYTES) break;
      if (Math.max(declared, length) <= most_bytes) chunks.push(chunk);
    }
  } catch {
    // The connection ended: no fault of this deployment.
    throw new AppError("BAD_REQUEST", { detail: "The body ended before it was complete" });
  }
  if (Math.max(declared, length) > most_bytes) throw tooLarge(most_bytes);
  try {
    // With ignoreBOM the text keeps every byte: the signature is of the bytes.
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(await new Blob(chunks).arrayBuffer());
  } catch {
    throw new AppError("BAD_REQUEST", { detail: "The body is not UTF-8" });
  }
}

function tooLarge(most_bytes: number): AppError {
  return new AppError("CONTENT_TOO_LARGE", { detail: `The body is longer than ${most_bytes} bytes` });
}
