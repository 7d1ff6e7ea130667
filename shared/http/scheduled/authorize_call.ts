import { AppError } from "../../kernel/app_error.ts";
import type { CallGate } from "../../ops/scheduled_calls.ts";
import { clientAddress } from "../request/client_address.ts";
import { isSigned, requireSignature } from "./signature.ts";

export interface AuthorizeOptions {
  /** The deployed name of the function that checks: a signature is valid for one function. */
  readonly name: string;
  readonly gate: CallGate;
}

/**
 * Authorises a request of the scheduler by its signature, and a manual one by its key. If a signature is sent, only the
 * signature counts: a key does not help an invalid one. A refused request counts against its address.
 *
 * @throws AppError UNAUTHENTICATED, RATE_LIMITED, or SOURCE_UNAVAILABLE if the database does not answer
 */
export async function authorizeCall(request: Request, { name, gate }: AuthorizeOptions): Promise<void> {
  const address = clientAddress(request.headers, gate.client_address_header);
  requireAllowance(gate, address);
  try {
    await (isSigned(request) ? requireSignature(request, name, gate.verifier) : gate.requireKey(request));
  } catch (error) {
    // A request that could not be checked was not refused.
    if (error instanceof AppError && error.code === "UNAUTHENTICATED") gate.limit?.refuse(address);
    throw error;
  }
}

function requireAllowance({ limit }: CallGate, address: string): void {
  const wait_seconds = limit?.waitSeconds(address) ?? 0;
  if (limit === null || wait_seconds === 0) return;
  const { requests, seconds } = limit.limit;
  throw new AppError("RATE_LIMITED", {
    detail: `More than ${requests} calls without a valid signature or key from one address in ${seconds} seconds; ` +
      "try again after the time in Retry-After",
    retry_after_seconds: wait_seconds,
  });
}
