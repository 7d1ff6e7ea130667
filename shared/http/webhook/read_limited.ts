import { AppError } from "../../kernel/app_error.ts";

/**
 * The body as text, read up to the limit: a caller that is not verified yet decides how much it sends. The declared
 * length is checked before anything is read, the real one while reading.
 *
 * @throws AppError PAYLOAD_TOO_LARGE, or BAD_REQUEST for bytes that are not UTF-8
 */
export async function readLimited({ headers, body }: Request, most_bytes: number): Promise<string> {
  if (Number(headers.get("content-length") ?? 0) > most_bytes) throw tooLarge(most_bytes);
  const chunks: BlobPart[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    length += chunk.byteLength;
    if (length > most_bytes) throw tooLarge(most_bytes);
    chunks.push(chunk);
  }
  try {
    // With ignoreBOM the text keeps every byte: the signature is of the bytes.
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(await new Blob(chunks).arrayBuffer());
  } catch {
    throw new AppError("BAD_REQUEST", { detail: "The body is not UTF-8" });
  }
}

function tooLarge(most_bytes: number): AppError {
  return new AppError("PAYLOAD_TOO_LARGE", { detail: `The body is longer than ${most_bytes} bytes` });
}
