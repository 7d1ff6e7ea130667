import { type AlertEvent, alertEvent, minimalEvent } from "./event.ts";
import { closeIssues, type IssueTracker } from "./issues.ts";
import type { LeasedAlert } from "./pass.ts";
import type { AlertSender, AuditDatabase, ChannelState } from "./ports.ts";
import { holdSeconds, judgeAnswer, type Verdict } from "./verdict.ts";
import type { Clock } from "../kernel/ports.ts";

export interface DeliveryOptions {
  readonly database: AuditDatabase;
  readonly sender: AlertSender;
  /** null: no token, so a recovery is sent as an event. */
  readonly issues: IssueTracker | null;
  readonly clock: Clock;
  /** Milliseconds since the epoch; no send begins after it. */
  readonly deadline: number;
  readonly runbook_url: string;
}

/** The result of a delivery. */
export interface Delivery {
  readonly sent: number;
  readonly state: ChannelState;
  readonly detail: string | null;
}

const LEASE_SECONDS = 60;
/** After this many failures in a row the receiver counts as down, and the next pass tries again. */
const FAILURES_TO_STOP = 3;
/**
 * An alert that is refused for its content costs little, and says nothing about the next one; after this many refusals the
 * receiver refuses everything, and the pass sends no more.
 */
const REFUSALS_TO_STOP = 10;

/** Sends due alerts first, and then closes the issues of incidents that are over, so that no alert waits for that. */
export async function deliverAlerts(options: DeliveryOptions): Promise<Delivery> {
  const delivery = await sendAlerts(options);
  await closeIssues(options);
  return delivery;
}

/**
 * Sends due alerts one by one, those that were tried least first, then oldest first, and acknowledges only those that the
 * receiver answered with a 2xx. An isolate that dies anywhere in between loses nothing: the lease runs out and the same event
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
    // One at a time: an alert that is not sent in this pass keeps no lease that the next pass would have to wait for.
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
        // Kept even when the next alert is accepted: a person has to look at it.
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
