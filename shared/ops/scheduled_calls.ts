import type { AddressLimit } from "../limits/address_limit.ts";

/** What a scheduled call claims, and the signature of that. */
export interface SignedCall {
  readonly function_name: string;
  /** Its row in the database's ledger of calls. */
  readonly call_id: number;
  /** Seconds since the epoch. */
  readonly signed_at: number;
  /** Of the body's bytes, in hex. */
  readonly body_sha256: string;
  /** HMAC-SHA256, in hex. */
  readonly signature: string;
}

/** expired: more than five minutes old. used: accepted before, or no longer in the ledger. */
export const CALL_VERDICTS = ["accepted", "wrong", "expired", "used"] as const;
export type CallVerdict = typeof CALL_VERDICTS[number];

/** Verifies signed calls; the secret stays in the database. */
export interface CallVerifier {
  /** Accepts a valid call once. Throws AppError when the database cannot be asked. */
  verify(call: SignedCall): Promise<CallVerdict>;
}

/** How a scheduled function checks its callers. */
export interface CallGate {
  readonly verifier: CallVerifier;
  /** For calls by hand. @throws AppError UNAUTHENTICATED when the request has no key for them */
  readonly requireKey: (request: Request) => Promise<void>;
  /** Null: requests of unverified callers are not limited. */
  readonly limit: AddressLimit | null;
  readonly client_address_header: string;
}

/** How a scheduled call ended, reported by the function. */
export interface Completion {
  readonly outcome: "succeeded" | "failed";
  /** A code or a few words without personal data, for the alert; null when there is nothing to add. */
  readonly detail: string | null;
}

/** The part of the database's ledger of scheduled calls that a called function needs. */
export interface CallLedger {
  /** Writes how the call ended. The first completion of a call counts. */
  complete(call_id: number, completion: Completion): Promise<void>;
}
