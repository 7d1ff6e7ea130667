/**
 * Every way a request can fail, and the HTTP status of each. The union is closed: a new failure is added here first.
 */
export const ERROR_STATUS = {
  BAD_REQUEST: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  NOT_ACCEPTABLE: 406,
  CONFLICT: 409,
  CONTENT_TOO_LARGE: 413,
  RATE_LIMITED: 429,
  INTERNAL: 500,
  NOT_READY: 503,
  TOO_STALE: 503,
  SOURCE_UNAVAILABLE: 503,
} as const;

export type ErrorCode = keyof typeof ERROR_STATUS;

/** One refused parameter, and why. Never holds the value: a query string may hold a secret. */
export interface FieldError {
  readonly field: string;
  readonly reason: string;
}

export type Facts = Readonly<Record<string, string | number | null>>;

export interface AppErrorOptions {
  /** For the caller: a sentence that says what is wrong and what to do. */
  readonly detail: string;
  readonly errors?: readonly FieldError[];
  readonly retry_after_seconds?: number;
  /** More members of the problem document (RFC 9457), for programs. */
  readonly facts?: Facts;
  /** The allowed methods, for METHOD_NOT_ALLOWED. */
  readonly allow?: readonly string[];
  /** For the operator's log only, in our own words: never a driver's message, never a row's value. */
  readonly defect?: string;
  /** A fault of the server that an operator must fix, reported to Sentry. Default: true for INTERNAL only. */
  readonly is_fault?: boolean;
  /** What an operator of the deployment should do: shown in the log, and in the answer if the caller is an operator. */
  readonly remedy?: string;
}

/**
 * The one error class that the rooms and adapters throw and `http/` catches.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const error = new AppError("NOT_FOUND", { detail: "No such resource: see /analytics/catalog" });
 * assert.equal(error.status, 404);
 * ```
 */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly errors: readonly FieldError[];
  readonly retry_after_seconds: number | null;
  readonly facts: Facts;
  readonly allow: readonly string[];
  readonly defect: string | null;
  readonly is_fault: boolean;
  readonly remedy: string | null;

  constructor(code: ErrorCode, options: AppErrorOptions) {
    super(options.detail);
    this.name = "AppError";
    this.code = code;
    this.status = ERROR_STATUS[code];
    this.errors = options.errors ?? [];
    this.retry_after_seconds = options.retry_after_seconds ?? null;
    this.facts = options.facts ?? {};
    this.allow = options.allow ?? [];
    this.defect = options.defect ?? null;
    this.is_fault = options.is_fault ?? code === "INTERNAL";
    this.remedy = options.remedy ?? null;
  }
}

/** Whether the database could not be reached, as opposed to having refused or failed. */
export function isUnavailable(error: unknown): boolean {
  return error instanceof AppError && error.code === "SOURCE_UNAVAILABLE";
}

/** A query or body that cannot be answered as it is: what is wrong with each parameter or field. */
export function invalidQuery(...errors: readonly FieldError[]): AppError {
  const fields = errors.map(({ field, reason }) => `${field} ${reason}`).join("; ");
  return new AppError("BAD_REQUEST", { detail: `The request is not valid: ${fields}`, errors });
}

/** A fault of the server: the caller learns only that it happened, `defect` goes to the log. */
export function internalError(defect: string): AppError {
  return new AppError("INTERNAL", {
    detail: "The answer could not be produced; the fault has been recorded under this request id",
    defect,
  });
}

/**
 * A fault in the deployment's configuration. Operators get the remedy, in the log and in the answer; all other callers
 * get the message of `internalError`.
 */
export function misconfigured(defect: string, remedy: string): AppError {
  const { message } = internalError(defect);
  return new AppError("INTERNAL", { detail: message, defect: `${defect}: ${remedy}`, remedy });
}

/** The database does not answer, and no cached answer may be served instead. */
export function sourceUnavailable(defect: string, retry_after_seconds = 5): AppError {
  return new AppError("SOURCE_UNAVAILABLE", {
    detail: "The data cannot be read at the moment; try again after the time in Retry-After",
    retry_after_seconds,
    defect,
  });
}
