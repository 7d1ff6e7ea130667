import type { ProblemCode } from "./problem_code.ts";

/** Why an export has no file, see docs/exports.md. `GAVE_UP` and others are a fault, which has been recorded. */
export type ExportFailureCode =
  | "FORBIDDEN"
  | "NOT_READY"
  | "TOO_MANY_ROWS"
  | "TOO_SLOW"
  | "FILE_TOO_LARGE"
  | "RESOURCE_GONE"
  | "GAVE_UP"
  | "CANCELLED"
  | "EXPIRED";

/**
 * Why a read or an export failed. Besides the API's own codes: `UNREACHABLE`, when there was no response, and `UNEXPECTED`, when
 * something other than the API answered.
 */
export type FailureCode = ProblemCode | ExportFailureCode | "UNREACHABLE" | "UNEXPECTED";

/** One parameter that was refused. */
export interface FieldError {
  readonly field: string;
  readonly reason: string;
}

/** The age of the rows, when the caller refused it. */
export interface Staleness {
  readonly age_seconds: number;
  /** The greatest age that the caller accepts. */
  readonly max_age_seconds: number;
  /** When the next refresh is due: an ISO timestamp with Z; null when there is none. */
  readonly next_refresh_at: string | null;
}

export interface Failure {
  readonly code: FailureCode;
  /** The HTTP status; 0 when there was no answer. */
  readonly status: number;
  /** What is wrong, and what to do. */
  readonly detail: string;
  /** Of BAD_REQUEST: every parameter that was refused. */
  readonly errors: readonly FieldError[];
  /** Seconds until another attempt makes sense; null when the API does not say. */
  readonly retry_after_seconds: number | null;
  /** Of TOO_STALE; null otherwise. */
  readonly staleness: Staleness | null;
  /** Names the request in the project's log. */
  readonly request_id: string | null;
}

/** What every read and export throws, except when its signal aborts it: then it throws the signal's reason, as fetch does. */
export class FreshetError extends Error implements Failure {
  override readonly name = "FreshetError";
  readonly code: FailureCode;
  readonly status: number;
  readonly detail: string;
  readonly errors: readonly FieldError[];
  readonly retry_after_seconds: number | null;
  readonly staleness: Staleness | null;
  readonly request_id: string | null;

  constructor(failure: Failure, options?: ErrorOptions) {
    super(failure.detail, options);
    this.code = failure.code;
    this.status = failure.status;
    this.detail = failure.detail;
    this.errors = failure.errors;
    this.retry_after_seconds = failure.retry_after_seconds;
    this.staleness = failure.staleness;
    this.request_id = failure.request_id;
  }
}
