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
