import type { Alert } from "./pass.ts";
import { repairSql } from "./repair.ts";
import { scrubPayload } from "./scrub_payload.ts";

/** An alert that is ready to send; it is already scrubbed. */
export interface AlertEvent {
  readonly event_id: string;
  /** The openings of one subject are one issue; its recoveries, where they are sent as events, are another. */
  readonly fingerprint: readonly string[];
  readonly level: "fatal" | "error" | "warning" | "info";
  readonly title: string;
  /** ISO 8601: when the trouble was last seen, or when it ended. */
  readonly occurred_at: string;
  /** For search. */
  readonly tags: Readonly<Record<string, string>>;
  /** For reading. */
  readonly facts: Readonly<Record<string, string | number>>;
}

// The receiver accepts events of 1 MB; a person reads less, and the rest may hold private data.
const MESSAGE_LIMIT = 2_000;
// The names of some hundred incidents: no other alert reports them.
const NAMES_LIMIT = 16_000;

/**
 * Builds the event for an alert of the outbox.
 *
 * @param runbook_url address of the runbook folder, without a slash at its end
 */
export function alertEvent(alert: Alert, runbook_url: string): AlertEvent {
  const { transition } = alert;
  const payload = scrubPayload(alert.payload);
  return {
    ...minimalEvent(alert),
    tags: present({
      ...minimalEvent(alert).tags,
      job: payload.job,
      view: payload.view,
      runid: payload.runid?.toString(),
      sqlstate: payload.sqlstate,
      http_status: payload.http_status?.toString(),
      failure_class: payload.failure_class,
    }),
    facts: present({
      summary: payload.summary,
      message: payload.message == null ? null : shorten(payload.message),
      messages: payload.messages == null ? null : shorten(payload.messages.join("\n")),
      job: payload.job,
      owner: payload.owner,
      view: payload.view,
      jobs: payload.jobs == null ? null : shorten(payload.jobs.join(", "), NAMES_LIMIT),
      speaks_for: payload.spoken_for == null ? null : shorten(payload.spoken_for.join(", "), NAMES_LIMIT),
      schedule: payload.schedule,
      missed_slot_at: payload.missed_slot_at,
      next_slot_at: payload.next_slot_at,
      runid: payload.runid,
      sqlstate: payload.sqlstate,
      function: payload.function,
      http_status: payload.http_status,
      failure_class: payload.failure_class,
      request_id: payload.request_id,
      streak: payload.streak,
      first_seen_at: payload.first_seen_at,
      last_seen_at: payload.last_seen_at,
      opened_at: payload.opened_at,
      closed_at: payload.closed_at,
      resolution: payload.resolution,
      incident_id: payload.incident_id,
      runbook: `${runbook_url}/${payload.kind}.md`,
      repair_sql: transition === "opened" ? repairSql(payload) : null,
    }),
  };
}

/** The event with only what is required, for a receiver that finds the whole one too large. */
export function minimalEvent(alert: Alert): AlertEvent {
  const { event_id, transition } = alert;
  const payload = scrubPayload(alert.payload);
  const recovered = transition === "recovered";
  return {
    event_id,
    fingerprint: fingerprint(payload, transition),
    level: recovered ? "info" : payload.severity,
    title: title({ event_id, transition, payload }),
    occurred_at: (recovered ? payload.closed_at : null) ?? payload.last_seen_at,
    tags: { kind: payload.kind, transition },
    facts: {},
  };
}

/** An event for a closed issue opens it again, so a recovery must not be an event of that issue. */
function fingerprint(payload: Alert["payload"], transition: Alert["transition"]): readonly string[] {
  return transition === "recovered" ? ["recovered", payload.fingerprint] : [payload.fingerprint];
}

/** The subject and the reason, so that a list of issues can be read without opening one: `refresh-mv_x: division by zero [22012]`. */
function title({ transition, payload }: Alert): string {
  const subject = shorten(payload.subject, 200);
  if (transition === "recovered") {
    return payload.resolution === "withdrawn"
      ? `${payload.kind} is over: ${subject} no longer exists`
      : `${payload.kind} is over: ${subject} recovered`;
  }
  const reason = shorten(reasonOf(payload.message ?? ""), 140);
  const code = payload.sqlstate ?? payload.http_status;
  // Some reasons name the subject themselves.
  const about = reason === "" ? `${payload.kind}: ${subject}` : `${subject}: ${reason}`;
  const told = reason.startsWith(`${subject} `) || reason.includes(`"${subject}"`) ? reason : about;
  return code == null || told.includes(String(code)) ? told : `${told} [${code}]`;
}

/** What pg_cron and our own refresh put before the reason: the title says all of that anyway. */
const PREFIX = /^(?:ERROR: {1,4})?(?:refresh of [\w.$-]{1,140} failed \[[0-9A-Z]{5}\]: )?/;

/** The first line of a message, without what the title says anyway. */
function reasonOf(message: string): string {
  return message.replace(PREFIX, "").split("\n", 1)[0]?.trim() ?? "";
}

function shorten(text: string, limit = MESSAGE_LIMIT): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1)}…`;
}

function present<T>(facts: Readonly<Record<string, T | null | undefined>>): Record<string, T | string> {
  const known: Record<string, T | string> = {};
  for (const [name, value] of Object.entries(facts)) {
    if (value !== null && value !== undefined) known[name] = value;
  }
  return known;
}
