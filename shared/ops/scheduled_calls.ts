import type { AddressLimit } from "../limits/address_limit.ts";

/** What a scheduled call says of itself, and the signature that stands for it. */
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

/** expired: over five minutes old. used: taken before, or no longer in the ledger. */
export const CALL_VERDICTS = ["accepted", "wrong", "expired", "used"] as const;
export type CallVerdict = typeof CALL_VERDICTS[number];

/** Judges signed calls; the secret stays where it is. */
export interface CallVerifier {
  /** Takes the call if it is good, which it is once. Throws AppError where that cannot be found out. */
  verify(call: SignedCall): Promise<CallVerdict>;
}

/** What a scheduled function lets its callers through with. */
export interface CallGate {
  readonly verifier: CallVerifier;
  /** For calls by hand. @throws AppError UNAUTHENTICATED where the request carries no key for them */
  readonly requireKey: (request: Request) => Promise<void>;
  /** Null where requests of callers who are not known yet are not limited. */
  readonly limit: AddressLimit | null;
  readonly client_address_header: string;
}

/** How a scheduled call ended, as the function saw it. */
export interface Completion {
  readonly outcome: "succeeded" | "failed";
  /** A code or a few words without personal data, for the alert; null when there is nothing to add. */
  readonly detail: string | null;
}

/** The database's ledger of scheduled calls, as a function that was called sees it. */
export interface CallLedger {
  /** Writes how the call ended. The first completion of a call counts. */
  complete(call_id: number, completion: Completion): Promise<void>;
}
