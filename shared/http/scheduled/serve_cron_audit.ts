import { AppError } from "../../kernel/app_error.ts";
import { reasonOf } from "../../audit/passes.ts";
import { type AuditOptions, previewAudit, runAudit } from "../../audit/run.ts";
import type { CallLedger } from "../../ops/scheduled_calls.ts";
import { answerCalls, type CallOptions, type CallResult } from "./answer_call.ts";
import { completing } from "./completing.ts";

export interface CronAuditOptions extends Omit<CallOptions, "name"> {
  /** Called for each authorised request: only the database keeps state between two. */
  readonly connect: () => AuditOptions & {
    /** Invalid settings that were ignored: for the log. */
    readonly settings_notes: readonly string[];
  };
  readonly ledger: () => CallLedger;
}

/** How often callers that cannot be verified may report it through the heartbeat: the database is down for all of them. */
const MS_BETWEEN_REPORTS = 60_000;

/** The audit function: POST, signed by the scheduler or with the key for calls by hand. `?dry_run=1` writes and sends nothing. */
export function serveCronAudit(options: CronAuditOptions): (request: Request) => Promise<Response> {
  const { connect, ledger, log } = options;
  return answerCalls(
    { name: "cron-audit", authorize: reportingUnverifiable(options), log },
    async (request): Promise<CallResult> => {
      if (isDryRun(new URL(request.url).searchParams)) {
        const answer = await previewAudit(connect());
        return { answer, line: { dry_run: true, would_send: answer.would_send.length } };
      }
      let settings: readonly string[] = [];
      const answer = await completing(request, { ledger, report: log }, () => {
        const parts = connect();
        settings = parts.settings_notes;
        return runAudit(parts);
      });
      return { answer, line: { ...answer, ...(settings.length === 0 ? {} : { settings }) } };
    },
  );
}

/**
 * A signature is checked by the database. While the database does not answer, no call can be distinguished from a forged one,
 * so nothing is audited; but the outage is a fact regardless of the caller, and the heartbeat reports it like a failed
 * audit.
 */
function reportingUnverifiable({ authorize, connect }: CronAuditOptions): CallOptions["authorize"] {
  let reported_at = -Infinity;
  return async (request) => {
    try {
      await authorize(request);
    } catch (error) {
      if (isRefusal(error)) throw error;
      const { sender, clock } = connect();
      if (clock.monotonic() - reported_at >= MS_BETWEEN_REPORTS) {
        reported_at = clock.monotonic();
        await sender?.checkIn("error", `callers cannot be verified: ${reasonOf(error)}`);
      }
      throw error;
    }
  };
}

function isRefusal(error: unknown): boolean {
  return error instanceof AppError && (error.code === "UNAUTHENTICATED" || error.code === "RATE_LIMITED");
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
