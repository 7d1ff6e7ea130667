import { AppError, internalError, misconfigured, sourceUnavailable } from "../../kernel/app_error.ts";

/** What the data API reports when a call fails. Its message, details and hint are never read: they may hold data. */
export interface Refusal {
  readonly code: string;
  /** The HTTP status; 0 when there was no response. */
  readonly status: number;
}

/**
 * SQLSTATE classes that mean "not now" rather than "never": connection, rollback, resources, a wrong state (a lock not
 * available), intervention (a statement cancelled, a server stopping), system.
 */
const PASSING = /^(?:08|25006|40|53|55|57|58)/;

/** The data API's own codes for a database it cannot reach, or a pool or schema cache that is not ready. */
const PASSING_API = /^PGRST00[0-3]$/;

/** The SQLSTATEs that the database raises, by the data API's convention, for too many requests and for what does not exist. */
const TOO_SOON = "PT429";
const UNKNOWN = "PT404";
/** For a step of an export whose lease is lost. */
const NOT_HELD = "PT409";

/** What a deployment may have forgotten, by the data API's own codes, and the remedy. */
const LEFT_OUT: Readonly<Record<string, readonly [what: string, remedy: string]>> = {
  PGRST106: [
    "the data API does not expose schema analytics",
    "add analytics to Settings → API → Exposed schemas (docs/deploy.md, 2. Database)",
  ],
  PGRST202: [
    "the data API knows no such function",
    "push the migrations before the functions (docs/deploy.md, 2. Database), or, where they are: notify pgrst, 'reload schema'",
  ],
};

const SQLSTATE = /^[0-9A-Z]{5}$/;

/** A database that cannot be reached is a 503, and the caller may retry; a wrong call is our own defect. */
export function sourceError(what: string, refusal: Refusal): AppError {
  const { code, status } = refusal;
  if (code === TOO_SOON) return new AppError("RATE_LIMITED", { detail: `${what} ran a moment ago` });
  if (code === UNKNOWN) return new AppError("NOT_FOUND", { detail: `${what} knows nothing of that name` });
  if (code === NOT_HELD) {
    return new AppError("CONFLICT", { detail: `${what}: another call goes on with it, or it was cancelled` });
  }
  const where = `${what} failed [${code.slice(0, 16) || "no code"}, HTTP ${status}]`;
  const left_out = LEFT_OUT[code];
  if (left_out !== undefined) return misconfigured(`${where}: ${left_out[0]}`, left_out[1]);
  if (PASSING.test(code) || PASSING_API.test(code)) return sourceUnavailable(where);
  if (SQLSTATE.test(code) || code.startsWith("PGRST") || (status >= 400 && status < 500)) return internalError(where);
  return sourceUnavailable(where);
}
