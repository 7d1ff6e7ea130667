import { AppError } from "../../kernel/app_error.ts";
import type { CallGate } from "../../ops/scheduled_calls.ts";
import { clientAddress } from "../request/client_address.ts";
import { isSigned, requireSignature } from "./signature.ts";

export interface AuthorizeOptions {
  /** Of the function that asks, as it is deployed: a signature holds for one function. */
  readonly name: string;
  readonly gate: CallGate;
}

/**
 * Lets a request of the scheduler through by its signature, and one by hand by its key. A signature that is there decides:
 * no key comes to the help of a bad one. What is refused counts against the address that it came from.
 *
 * @throws AppError UNAUTHENTICATED, RATE_LIMITED, or SOURCE_UNAVAILABLE where the database cannot be asked
 */
export async function authorizeCall(request: Request, { name, gate }: AuthorizeOptions): Promise<void> {
  const address = clientAddress(request.headers, gate.client_address_header);
  requireAllowance(gate, address);
  try {
    await (isSigned(request) ? requireSignature(request, name, gate.verifier) : gate.requireKey(request));
  } catch (error) {
    // What could not be looked at was not refused.
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
