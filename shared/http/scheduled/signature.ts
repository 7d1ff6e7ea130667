import { AppError } from "../../kernel/app_error.ts";
import type { CallVerifier, SignedCall } from "../../ops/scheduled_calls.ts";
import { callIdOf } from "./completing.ts";

const TIME_HEADER = "freshet-call-time";
const SIGNATURE_HEADER = "freshet-signature";

/** The caller is not verified yet, so the body is read up to a limit. */
const MOST_BYTES = 1_048_576;

/** Whether the request claims to be a call of analytics.invoke_function. */
export function isSigned(request: Request): boolean {
  return request.headers.has(SIGNATURE_HEADER);
}

/**
 * Accepts a request that analytics.invoke_function made for the function of this name: at most five minutes ago, with this
 * body, and not accepted before. The body can still be read afterwards.
 *
 * @throws AppError UNAUTHENTICATED, or what the verifier throws if the database does not answer
 */
export async function requireSignature(request: Request, name: string, verifier: CallVerifier): Promise<void> {
  const call = await signedCall(request, name);
  const verdict = call === null ? "unreadable" : await verifier.verify(call);
  if (verdict === "accepted") return;
  throw new AppError("UNAUTHENTICATED", {
    detail: `The signature is not of a call of "${name}" of the last five minutes, or was taken before`,
    defect: `signed call refused: ${verdict}`,
  });
}

/** Null for values that invoke_function never writes: such a call needs no query. */
async function signedCall(request: Request, function_name: string): Promise<SignedCall | null> {
  const signature = request.headers.get(SIGNATURE_HEADER) ?? "";
  const call_id = callIdOf(request);
  const time = request.headers.get(TIME_HEADER) ?? "";
  if (call_id === null || !/^[0-9a-f]{64}$/.test(signature) || !/^[1-9]\d{8,10}$/.test(time)) return null;
  const body_sha256 = await bodyDigest(request.clone());
  return body_sha256 === null ? null : { function_name, call_id, signed_at: Number(time), body_sha256, signature };
}

/** Null if the body is longer than the limit. */
async function bodyDigest({ body }: Request): Promise<string | null> {
  const chunks: BlobPart[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    length += chunk.byteLength;
    if (length > MOST_BYTES) return null;
    chunks.push(chunk);
  }
  const digest = await crypto.subtle.digest("SHA-256", await new Blob(chunks).arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
