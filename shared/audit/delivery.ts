import { type AlertEvent, alertEvent, minimalEvent } from "./event.ts";
import { closeIssues, type IssueTracker } from "./issues.ts";
import type { LeasedAlert } from "./pass.ts";
import type { AlertSender, AuditDatabase, ChannelState } from "./ports.ts";
import { holdSeconds, judgeAnswer, type Verdict } from "./verdict.ts";
import type { Clock } from "../kernel/ports.ts";

export interface DeliveryOptions {
  readonly database: AuditDatabase;
  readonly sender: AlertSender;
  /** null: no token, so a recovery is an event. */
  readonly issues: IssueTracker | null;
  readonly clock: Clock;
  /** Milliseconds since the epoch; no send begins after it. */
  readonly deadline: number;
  readonly runbook_url: string;
}

/** What a delivery did. */
export interface Delivery {
  readonly sent: number;
  readonly state: ChannelState;
  readonly detail: string | null;
}

const LEASE_SECONDS = 60;
/** After so many alerts in a row without success the receiver is down, and the next pass asks it again. */
const FAILURES_TO_STOP = 3;
/** Alerts that are refused for what is in them cost little, and say nothing of the next; a receiver that refuses all is left alone. */
const REFUSALS_TO_STOP = 10;

/** Sends what is due, and then closes the issues of what is over, so that none of that keeps an alert waiting. */
export async function deliverAlerts(options: DeliveryOptions): Promise<Delivery> {
  const delivery = await sendAlerts(options);
  await closeIssues(options);
  return delivery;
}

/**
 * Sends due alerts one by one, those that were tried least first, then oldest first, and acknowledges only those that the
 * receiver took with a 2xx. An isolate that dies anywhere in between loses nothing: the lease runs out and the same event
 * is sent again.
 */
async function sendAlerts(options: DeliveryOptions): Promise<Delivery> {
  const { database, clock, deadline } = options;
  let sent = 0;
  let failures = 0;
  let refusals = 0;
  let last: Delivery = { sent: 0, state: "ok", detail: null };
  let refused: Delivery | null = null;

  while (failures < FAILURES_TO_STOP && refusals < REFUSALS_TO_STOP && clock.now() < deadline) {
    // One at a time: what is not sent in this pass keeps no lease that the next one would have to wait for.
    const alert = await database.lease(LEASE_SECONDS, options.issues !== null);
    if (alert === null) break;

    const { verdict, hold } = await sendOnce(alert, options);
    switch (verdict.kind) {
      case "delivered":
        if (await database.acknowledge(alert)) sent += 1;
        failures = 0;
        refusals = 0;
        last = { sent, state: "ok", detail: null };
        break;
      case "defer":
        await database.defer(alert, verdict);
        failures += 1;
        last = { sent, state: "failing", detail: verdict.error };
        break;
      case "hold":
        await database.defer(alert, verdict);
        last = { sent, state: "limited", detail: verdict.error };
        break;
      case "park":
        await database.park(alert, verdict.error);
        // Not forgotten when the next one is taken: somebody has to look.
        refused = { sent, state: "refused", detail: verdict.error };
        refusals = verdict.concerns_all ? REFUSALS_TO_STOP : refusals + 1;
        break;
    }
    if (hold !== null) {
      await database.hold("events", hold);
      break;
    }
  }
  return { ...(refused ?? last), sent };
}

type Settled = Exclude<Verdict, { kind: "shrink" }>;

async function sendOnce(
  alert: LeasedAlert,
  { sender, runbook_url }: DeliveryOptions,
): Promise<{ verdict: Settled; hold: number | null }> {
  const attempt = alert.attempt_count;
  const whole = await judge(alertEvent(alert, runbook_url));
  if (whole.verdict.kind !== "shrink") return { verdict: whole.verdict, hold: whole.hold };

  const minimal = await judge(minimalEvent(alert));
  return minimal.verdict.kind === "shrink"
    ? {
      verdict: { kind: "park", error: "the receiver finds even the minimal event too large", concerns_all: false },
      hold: minimal.hold,
    }
    : { verdict: minimal.verdict, hold: minimal.hold };

  async function judge(event: AlertEvent): Promise<{ verdict: Verdict; hold: number | null }> {
    const answer = await sender.send(event);
    const verdict = judgeAnswer(answer, attempt);
    return { verdict, hold: verdict.kind === "hold" ? verdict.seconds : holdSeconds(answer) };
  }
}
