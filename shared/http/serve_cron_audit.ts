import { AppError } from "../core/app_error.ts";
import { type AuditOptions, previewAudit, runAudit } from "../core/audit_run.ts";
import type { CallLedger } from "../core/call_ledger.ts";
import { scrubMessage } from "../core/scrub_message.ts";
import { completing } from "./completing.ts";
import { asAppError, problem } from "./problem.ts";

export interface CronAuditOptions {
  /** Whether the request carries the secret key named "cron". @throws AppError when it does not. */
  readonly authorize: (request: Request) => Promise<void>;
  /** Called for each authorised request: nothing outlives it but what the database keeps. */
  readonly connect: () => AuditOptions;
  readonly ledger: () => CallLedger;
  /** Takes one JSON text for each request. */
  readonly log: (line: string) => void;
}

/** The audit function: POST, with the secret key named "cron". `?dry_run=1` writes and sends nothing. */
export function serveCronAudit(options: CronAuditOptions): (request: Request) => Promise<Response> {
  return async (request) => {
    const request_id = crypto.randomUUID();
    let response: Response;
    let line: Record<string, unknown>;
    // A caller with the scheduler's key operates the deployment.
    let is_operator = false;
    try {
      requireMethod(request);
      await options.authorize(request);
      is_operator = true;
      const summary = await answer(request, options);
      response = Response.json(summary);
      line = "dry_run" in summary ? { dry_run: true, would_send: summary.would_send.length } : { ...summary };
    } catch (thrown) {
      const error = asAppError(thrown);
      response = problem(error, request_id, { is_operator });
      line = { error: error.code, ...(error.defect === null ? {} : { defect: scrubMessage(error.defect) }) };
    }
    response.headers.set("cache-control", "no-store");
    response.headers.set("x-request-id", request_id);
    response.headers.set("x-content-type-options", "nosniff");
    options.log(JSON.stringify({ request_id, function: "cron-audit", status: response.status, ...line }));
    return response;
  };
}

function requireMethod(request: Request): void {
  if (request.method === "POST") return;
  const detail = "The audit is run with POST";
  throw new AppError("METHOD_NOT_ALLOWED", { detail, allow: ["POST"] });
}

async function answer(request: Request, { connect, ledger, log }: CronAuditOptions) {
  return isDryRun(new URL(request.url).searchParams)
    ? await previewAudit(connect())
    : await completing(request, { ledger, report: log }, () => runAudit(connect()));
}

function isDryRun(parameters: URLSearchParams): boolean {
  const unknown = [...parameters.keys()].find((name) => name !== "dry_run");
  if (unknown !== undefined) throw refused(unknown, "is not a parameter of the audit: it knows dry_run only");
  const values = parameters.getAll("dry_run");
  if (values.length === 0) return false;
  if (values.length === 1 && (values[0] === "1" || values[0] === "0")) return values[0] === "1";
  throw refused("dry_run", "must be 1 or 0, once");
}

function refused(field: string, reason: string): AppError {
  return new AppError("BAD_REQUEST", { detail: `Parameter "${field}" ${reason}`, errors: [{ field, reason }] });
}
