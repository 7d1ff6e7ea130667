import type { Alert } from "./pass.ts";
import { repairSql } from "./repair.ts";
import { scrubPayload } from "./scrub_payload.ts";

/** One alert as it leaves the house: nothing in it needs scrubbing any more. */
export interface AlertEvent {
  readonly event_id: string;
  /** The openings of one subject are one issue; its recoveries, where they are told by events, another. */
  readonly fingerprint: readonly string[];
  readonly level: "fatal" | "error" | "warning" | "info";
  readonly title: string;
  /** ISO 8601: when it was last seen, or when it was over. */
  readonly occurred_at: string;
  /** For search. */
  readonly tags: Readonly<Record<string, string>>;
  /** For reading. */
  readonly facts: Readonly<Record<string, string | number>>;
}

// An event may weigh 1 MB at the receiver; a person reads less, and the rest only adds what may be private.
const MESSAGE_LIMIT = 2_000;
// Names of some hundred incidents: none of them is told anywhere else.
const NAMES_LIMIT = 16_000;

/**
 * Builds the event for an alert of the outbox.
 *
 * @param runbook_url folder of the runbook pages, without a slash at its end
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

/** The same event with what it cannot do without, for a receiver that finds the whole one too large. */
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

/** An event on an issue that was closed opens it again, so what is over is no event of that issue. */
function fingerprint(payload: Alert["payload"], transition: Alert["transition"]): readonly string[] {
  return transition === "recovered" ? ["recovered", payload.fingerprint] : [payload.fingerprint];
}

/** What it is about and why, so that a list of issues can be read without opening one: `refresh-mv_x: division by zero [22012]`. */
function title({ transition, payload }: Alert): string {
  const subject = shorten(payload.subject, 200);
  if (transition === "recovered") {
    return payload.resolution === "withdrawn"
      ? `${payload.kind} is over: ${subject} no longer exists`
      : `${payload.kind} is over: ${subject} recovered`;
  }
  const reason = shorten(reasonOf(payload.message ?? ""), 140);
  const code = payload.sqlstate ?? payload.http_status;
  // Some reasons name what they are about.
  const about = reason === "" ? `${payload.kind}: ${subject}` : `${subject}: ${reason}`;
  const told = reason.startsWith(`${subject} `) || reason.includes(`"${subject}"`) ? reason : about;
  return code == null || told.includes(String(code)) ? told : `${told} [${code}]`;
}

/** What pg_cron and our own refresh put before the reason: the title says all of it otherwise. */
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
