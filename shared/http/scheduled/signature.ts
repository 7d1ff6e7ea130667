import { AppError } from "../../kernel/app_error.ts";
import type { CallVerifier, SignedCall } from "../../ops/scheduled_calls.ts";
import { callIdOf } from "./completing.ts";

const TIME_HEADER = "freshet-call-time";
const SIGNATURE_HEADER = "freshet-signature";

/** The caller is not known yet, so what is read of the body is bounded. */
const MOST_BYTES = 1_048_576;

/** Whether the request claims to be a call of analytics.invoke_function. */
export function isSigned(request: Request): boolean {
  return request.headers.has(SIGNATURE_HEADER);
}

/**
 * Lets a request through that analytics.invoke_function made for the function of this name: at most five minutes ago, with
 * this body, and not taken before. The body can still be read afterwards.
 *
 * @throws AppError UNAUTHENTICATED, or what the verifier throws where the database cannot be asked
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

/** null for what invoke_function never writes: such a call is not worth a question. */
async function signedCall(request: Request, function_name: string): Promise<SignedCall | null> {
  const signature = request.headers.get(SIGNATURE_HEADER) ?? "";
  const call_id = callIdOf(request);
  const time = request.headers.get(TIME_HEADER) ?? "";
  if (call_id === null || !/^[0-9a-f]{64}$/.test(signature) || !/^[1-9]\d{8,10}$/.test(time)) return null;
  const body_sha256 = await bodyDigest(request.clone());
  return body_sha256 === null ? null : { function_name, call_id, signed_at: Number(time), body_sha256, signature };
}

/** null: longer than any body that is taken. */
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
