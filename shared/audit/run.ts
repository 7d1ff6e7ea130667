import { AppError } from "../kernel/app_error.ts";
import { deliverAlerts, type Delivery, type DeliveryOptions } from "./delivery.ts";
import { type AlertEvent, alertEvent } from "./event.ts";
import type { IssueTracker } from "./issues.ts";
import { tellMonitors } from "./monitors.ts";
import type { AuditPass } from "./pass.ts";
import { type Audited, auditOnce, reasonOf, runPasses } from "./passes.ts";
import type { AlertSender, AuditDatabase, ClaimPathsNote, ReadAddressNote } from "./ports.ts";
import { holdSeconds, judgeAnswer } from "./verdict.ts";
import type { Clock } from "../kernel/ports.ts";

export interface AuditOptions {
  readonly database: AuditDatabase;
  /** null: there is no receiver. Alerts are kept, and the response and health say so. */
  readonly sender: AlertSender | null;
  /** null: no token, so people close issues. */
  readonly issues: IssueTracker | null;
  readonly clock: Clock;
  /** Looks at the address of read replicas; null or left out: there is none. It answers null where it can tell nothing. */
  readonly read_address?: (() => Promise<ReadAddressNote | null>) | null;
  /** Where the functions look for claims; null or left out: their settings say nothing that is valid. */
  readonly claim_paths?: ClaimPathsNote | null;
  /** The platform ends the function after its wall limit: no send begins later than this after the start. */
  readonly send_for_ms: number;
  readonly runbook_url: string;
}

/** What `POST /cron-audit` answers. */
export interface AuditSummary {
  /** busy: another audit is running, and reports; failed: nothing was detected, and health has the reason as well. */
  readonly outcome: AuditPass["outcome"] | "busy" | "failed";
  readonly reasons: readonly string[];
  /** Runs that had ended since the last pass. */
  readonly audited: number;
  readonly opened: number;
  readonly closed: number;
  readonly sent: number;
  readonly pending: number;
  readonly parked: number;
  readonly delivery: Delivery["state"];
  readonly heartbeat: Heartbeat;
}

/**
 * off: no receiver; held: the receiver asked for silence, or this minute's limit of check-ins is used up; left: another audit
 * sends the heartbeat.
 */
export type Heartbeat = "sent" | "failed" | "held" | "left" | "off";

/** The share of the sending time that passes may take: a backlog is read in portions, and waiting alerts are sent in the same call. */
const PASSES_SHARE = 1 / 3;

/**
 * Runs the audit, delivers its alerts, and sends the heartbeat last. Alerts in the outbox are delivered even when the pass
 * fails.
 *
 * @throws the error of the pass when the reason could not be stored either; the heartbeat has reported it
 */
export async function runAudit(options: AuditOptions): Promise<AuditSummary> {
  const { database, sender, clock } = options;
  const began = clock.now();
  const deadline = began + options.send_for_ms;
  await lookAtReplicas(options);
  await tellClaimPaths(options);
  const audited = await runPasses({ database, clock, until: began + options.send_for_ms * PASSES_SHARE });
  const noted = audited.kind === "failed" ? await note(database, audited.reason) : null;

  const pulse = pulseOf(audited, noted?.held ?? false);
  const told = sender === null ? NO_RECEIVER : await tell({ ...options, sender, deadline }, pulse);
  if (audited.kind === "failed" && noted === null) throw audited.error;
  const { delivery, heartbeat } = told;
  const backlog = await database.record(delivery.state, delivery.detail);
  return { ...found(audited), sent: delivery.sent, ...backlog, delivery: delivery.state, heartbeat };
}

/** A look that fails stops no audit: the next one looks again. */
async function lookAtReplicas({ database, read_address }: AuditOptions): Promise<void> {
  try {
    const note = await read_address?.() ?? null;
    if (note !== null) await database.noteReadAddress(note);
  } catch {
    // The database is asked again right after this, and that failure is reported.
  }
}

/** Told before the pass, which compares it with what the database has. A note that fails stops no audit. */
async function tellClaimPaths({ database, claim_paths = null }: AuditOptions): Promise<void> {
  try {
    if (claim_paths !== null) await database.noteClaimPaths(claim_paths);
  } catch {
    // The database is asked again right after this, and that failure is reported.
  }
}

/** What a dry run prints: the events as they would be sent. Nothing is written or sent. */
export interface AuditPreview extends Pick<AuditSummary, "outcome" | "reasons" | "audited" | "opened" | "closed"> {
  readonly dry_run: true;
  readonly would_send: readonly AlertEvent[];
}

export async function previewAudit(options: Pick<AuditOptions, "database" | "runbook_url">): Promise<AuditPreview> {
  const pass = await auditOnce(options.database, true);
  if (pass === null) {
    throw new AppError("SOURCE_UNAVAILABLE", { detail: "Another audit is at work: try again in a few seconds" });
  }
  return {
    dry_run: true,
    ...found({ kind: "done", pass }),
    would_send: pass.alerts.map((alert) => alertEvent(alert, options.runbook_url)),
  };
}

function found(audited: Audited): Pick<AuditSummary, "outcome" | "reasons" | "audited" | "opened" | "closed"> {
  if (audited.kind === "done") {
    const { outcome, reasons, run_count, opened, closed } = audited.pass;
    return { outcome, reasons, audited: run_count, opened, closed };
  }
  const reasons = audited.kind === "failed" ? [audited.reason] : [];
  return { outcome: audited.kind, reasons, audited: 0, opened: 0, closed: 0 };
}

/** @returns null when the database cannot store it either */
async function note(database: AuditDatabase, reason: string): Promise<{ readonly held: boolean } | null> {
  try {
    return { held: await database.noteFailure(reason) };
  } catch {
    return null;
  }
}

/** What the heartbeat reports; held: the receiver asked for silence; left: another audit sends it. */
type Pulse =
  | { readonly kind: "ok" | "held" | "left" }
  | { readonly kind: "error"; readonly reason: string };

function pulseOf(audited: Audited, held: boolean): Pulse {
  if (audited.kind === "busy") return { kind: "left" };
  if (audited.kind === "failed") return held ? { kind: "held" } : { kind: "error", reason: audited.reason };
  const { check_ins_held, outcome, reasons } = audited.pass;
  if (check_ins_held) return { kind: "held" };
  return outcome === "unknown" ? { kind: "error", reason: reasons.join("; ") } : { kind: "ok" };
}

interface Told {
  readonly delivery: Delivery;
  readonly heartbeat: Heartbeat;
}

const NO_RECEIVER: Told = {
  delivery: { sent: 0, state: "unconfigured", detail: "SENTRY_DSN is missing or is no DSN" },
  heartbeat: "off",
};

async function tell(options: DeliveryOptions, pulse: Pulse): Promise<Told> {
  const { delivery, fault } = await deliver(options);
  if (pulse.kind === "held" || pulse.kind === "left") return { delivery, heartbeat: pulse.kind };
  const monitors = await monitorsTold(options);
  if (monitors.held) return { delivery, heartbeat: "held" };

  const reasons = [pulse.kind === "error" ? pulse.reason : null, fault, monitors.fault].filter((one) => one !== null);
  return await beat(options, { delivery, reason: reasons.length === 0 ? null : reasons.join("; ") });
}

/** An outbox that cannot be read or written is one more thing to report, and must not stop the heartbeat. */
async function deliver(
  options: DeliveryOptions,
): Promise<{ readonly delivery: Delivery; readonly fault: string | null }> {
  try {
    return { delivery: await deliverAlerts(options), fault: null };
  } catch (error) {
    const fault = `delivery: ${reasonOf(error)}`;
    return { delivery: { sent: 0, state: "failing", detail: fault }, fault };
  }
}

async function monitorsTold(
  options: DeliveryOptions,
): Promise<{ readonly held: boolean; readonly fault: string | null }> {
  try {
    return { held: !(await tellMonitors(options)), fault: null };
  } catch (error) {
    return { held: false, fault: `monitors of jobs: ${reasonOf(error)}` };
  }
}

async function beat(
  { database, sender }: DeliveryOptions,
  { delivery, reason }: { readonly delivery: Delivery; readonly reason: string | null },
): Promise<Told> {
  const answer = await (reason === null ? sender.checkIn("ok") : sender.checkIn("error", reason));
  const verdict = judgeAnswer(answer, 1);
  const hold = verdict.kind === "hold" ? verdict.seconds : holdSeconds(answer);
  if (hold !== null) await database.hold("check_ins", hold).catch(() => {});
  if (verdict.kind === "delivered") return { delivery, heartbeat: "sent" };

  // With no alert to send, the heartbeat shows that the receiver would not have accepted one.
  const untested = delivery.state === "ok" && delivery.sent === 0;
  const state = verdict.kind === "park" ? "refused" : verdict.kind === "hold" ? "limited" : "failing";
  const detail = `heartbeat: ${verdict.kind === "shrink" ? "the receiver answered 413" : verdict.error}`;
  return { delivery: untested ? { sent: 0, state, detail } : delivery, heartbeat: "failed" };
}
