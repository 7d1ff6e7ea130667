import { computeCalendar } from "./audit_calendar.ts";
import { deliverAlerts, type Delivery, type DeliveryOptions } from "./audit_delivery.ts";
import { type AlertEvent, alertEvent } from "./audit_event.ts";
import type { IssueTracker } from "./audit_issues.ts";
import { tellMonitors } from "./audit_monitors.ts";
import type { AuditPass } from "./audit_pass.ts";
import type { AlertSender, AuditDatabase } from "./audit_ports.ts";
import { holdSeconds, judgeAnswer } from "./audit_verdict.ts";
import type { Clock } from "./clock.ts";

export interface AuditOptions {
  readonly database: AuditDatabase;
  /** null: nobody to tell. Alerts are kept, and the answer and health say so. */
  readonly sender: AlertSender | null;
  /** null: no token, so an issue is closed by a person. */
  readonly issues: IssueTracker | null;
  readonly clock: Clock;
  /** The platform ends the function after its wall limit: no send begins later than this after the start. */
  readonly send_for_ms: number;
  readonly runbook_url: string;
}

/** What `POST /cron-audit` answers. */
export interface AuditSummary {
  readonly outcome: AuditPass["outcome"];
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

/** off: no receiver; held: it asked for silence, or was told as often within this minute as it listens. */
export type Heartbeat = "sent" | "failed" | "held" | "off";

/** Audits once, tells what there is to tell, and last of all says that the audit is alive. */
export async function runAudit(options: AuditOptions): Promise<AuditSummary> {
  const { database, sender, clock } = options;
  const deadline = clock.now() + options.send_for_ms;
  const pass = await auditOrCry(options);

  const told = sender === null ? NOBODY_TO_TELL : await tell({ ...options, sender, deadline }, pass);
  const { delivery, heartbeat } = told;
  const backlog = await database.record(delivery.state, delivery.detail);

  return {
    outcome: pass.outcome,
    reasons: pass.reasons,
    audited: pass.run_count,
    opened: pass.opened,
    closed: pass.closed,
    sent: delivery.sent,
    ...backlog,
    delivery: delivery.state,
    heartbeat,
  };
}

/** What a dry run prints: the events as they would be sent. Nothing is written or sent. */
export interface AuditPreview extends Pick<AuditSummary, "outcome" | "reasons" | "audited" | "opened" | "closed"> {
  readonly dry_run: true;
  readonly would_send: readonly AlertEvent[];
}

export async function previewAudit(options: Pick<AuditOptions, "database" | "runbook_url">): Promise<AuditPreview> {
  const pass = await audit(options.database, true);
  return {
    dry_run: true,
    outcome: pass.outcome,
    reasons: pass.reasons,
    audited: pass.run_count,
    opened: pass.opened,
    closed: pass.closed,
    would_send: pass.alerts.map((alert) => alertEvent(alert, options.runbook_url)),
  };
}

/** A database that does not answer cannot hold an alert: the heartbeat is all that is left to say it with. */
async function auditOrCry({ database, sender }: AuditOptions): Promise<AuditPass> {
  try {
    return await audit(database, false);
  } catch (error) {
    await sender?.checkIn("error");
    throw error;
  }
}

async function audit(database: AuditDatabase, dry_run: boolean): Promise<AuditPass> {
  const request = await database.calendar();
  return await database.pass({ dry_run, calendar: request === null ? null : computeCalendar(request) });
}

interface Told {
  readonly delivery: Delivery;
  readonly heartbeat: Heartbeat;
}

const NOBODY_TO_TELL: Told = {
  delivery: { sent: 0, state: "unconfigured", detail: "SENTRY_DSN is missing or is no DSN" },
  heartbeat: "off",
};

async function tell(options: DeliveryOptions, pass: AuditPass): Promise<Told> {
  const { database, sender } = options;
  const delivery = await deliverAlerts(options);
  if (pass.check_ins_held || !(await tellMonitors(options))) return { delivery, heartbeat: "held" };

  const answer = await sender.checkIn(pass.outcome === "unknown" ? "error" : "ok");
  const verdict = judgeAnswer(answer, 1);
  const hold = verdict.kind === "hold" ? verdict.seconds : holdSeconds(answer);
  if (hold !== null) await database.hold("check_ins", hold);
  if (verdict.kind === "delivered") return { delivery, heartbeat: "sent" };

  // Without an alert to send, the heartbeat is what tells that the receiver would not have taken one.
  const untested = delivery.state === "ok" && delivery.sent === 0;
  const state = verdict.kind === "park" ? "refused" : verdict.kind === "hold" ? "limited" : "failing";
  const detail = `heartbeat: ${verdict.kind === "shrink" ? "the receiver answered 413" : verdict.error}`;
  return { delivery: untested ? { sent: 0, state, detail } : delivery, heartbeat: "failed" };
}
