/** Every way a request can fail, and the HTTP status of each. The union is closed: a new failure is added here first. */
export const ERROR_STATUS = {
  BAD_REQUEST: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  NOT_ACCEPTABLE: 406,
  RATE_LIMITED: 429,
  INTERNAL: 500,
  NOT_READY: 503,
  TOO_STALE: 503,
  SOURCE_UNAVAILABLE: 503,
} as const;

export type ErrorCode = keyof typeof ERROR_STATUS;

/** One parameter that was refused, and why. Never carries the value: a query string may hold a secret. */
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
  /** Further members of the problem, for programs. */
  readonly facts?: Facts;
  /** The methods that would have been allowed, for METHOD_NOT_ALLOWED. */
  readonly allow?: readonly string[];
  /** For the operator's log only, written by us: never a driver's message, never a row's value. */
  readonly defect?: string;
  /** A fault of ours that somebody has to mend: the audit hears of it. Left out: INTERNAL is one, nothing else. */
  readonly is_fault?: boolean;
  /** What an operator of the deployment should do. For the log, and for operators who meet the error themselves. */
  readonly remedy?: string;
}

/**
 * The one error that core and adapters throw and `http/` catches.
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

/** Whether the source of truth could not be asked, as opposed to having refused or erred. */
export function isUnavailable(error: unknown): boolean {
  return error instanceof AppError && error.code === "SOURCE_UNAVAILABLE";
}

/** A fault of ours: the caller learns only that it happened, the log learns `defect`. */
export function internalError(defect: string): AppError {
  return new AppError("INTERNAL", {
    detail: "The answer could not be produced; the fault has been recorded under this request id",
    defect,
  });
}

/**
 * A fault in how this was deployed, which operators can mend: they are told what to do, wherever they meet it. Everybody
 * else learns what `internalError` says.
 */
export function misconfigured(defect: string, remedy: string): AppError {
  const { message } = internalError(defect);
  return new AppError("INTERNAL", { detail: message, defect: `${defect}: ${remedy}`, remedy });
}

/** The source of truth does not answer and nothing cached may stand in for it. */
export function sourceUnavailable(defect: string, retry_after_seconds = 5): AppError {
  return new AppError("SOURCE_UNAVAILABLE", {
    detail: "The data cannot be read at the moment; try again after the time in Retry-After",
    retry_after_seconds,
    defect,
  });
}
