/** An answer that could not be given, by a fault of ours. Nothing in it names a person or repeats what a caller wrote. */
export interface FailedAnswer {
  readonly resource: string;
  readonly request_id: string;
  readonly defect: string;
}

/** Where the audit learns of answers that failed, and that they are given again. */
export interface FaultLedger {
  failed(answer: FailedAnswer): Promise<void>;
  answered(resource: string): Promise<void>;
}
