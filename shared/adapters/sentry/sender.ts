// A dependency of the SDK, pinned as verify_credentials.ts explains.
import "@sentry/conventions/op";
import { DenoClient, Scope } from "@sentry/deno";
import type { AlertEvent } from "../../audit/event.ts";
import type { JobCheckIn } from "../../audit/leased.ts";
import type { AlertSender } from "../../audit/ports.ts";
import type { SendAnswer } from "../../audit/verdict.ts";
import { scrubName } from "../../kernel/scrub/message.ts";
import { isDsn } from "../runtime/decorations.ts";
import { observedTransport } from "./transport.ts";

export interface SentryOptions {
  readonly dsn: string;
  readonly environment: string;
  readonly release: string | null;
  /** Milliseconds until an envelope without an answer counts as not sent. */
  readonly timeout_ms?: number;
}

/** The monitor that notices a missing audit, even when database, scheduler, network and function are all gone. */
const HEARTBEAT_MONITOR = {
  slug: "freshet-cron-audit",
  config: {
    schedule: { type: "crontab", value: "*/5 * * * *" },
    // Minutes: two periods late is missed.
    checkinMargin: 10,
    maxRuntime: 5,
    timezone: "Etc/UTC",
    // A check-in that failed or came late may be a short disturbance: the next one, five minutes later, decides. One good
    // check-in is enough to recover.
    failureIssueThreshold: 2,
    recoveryThreshold: 1,
  },
} as const;

const LONGEST_REASON = 1_000;

/**
 * Sends to Sentry through its SDK, and reports Sentry's answer to each envelope.
 *
 * @returns null when the DSN cannot be read: there is no receiver
 */
export function createSentrySender(options: SentryOptions): AlertSender | null {
  if (!isDsn(options.dsn)) return null;
  const timeout_ms = options.timeout_ms ?? 10_000;
  const waiting = new Map<string, (answer: SendAnswer) => void>();
  const reasons = new Map<string, string>();
  // A client of its own instead of Sentry.init: no integration wraps Deno.serve, reads the request with its
  // Authorization, apikey and cookies, sets up tracing, or drops the second of two equal messages as a duplicate.
  const client = new DenoClient({
    dsn: options.dsn,
    environment: options.environment,
    ...(options.release === null ? {} : { release: options.release }),
    // Otherwise the host's name is sent with each event.
    serverName: "freshet-cron-audit",
    integrations: [],
    stackParser: () => [],
    sendDefaultPii: false,
    // Reports of dropped events would be sent in envelopes of their own.
    sendClientReports: false,
    maxBreadcrumbs: 0,
    transport: observedTransport({
      timeout_ms,
      onAnswer: (id, answer) => waiting.get(id)?.(answer),
      now: () => Date.now(),
    }),
  });
  client.init();
  client.on("beforeEnvelope", (envelope) => giveReason(envelope, reasons));

  return {
    send: (event) => answerTo(event.event_id, () => client.captureEvent(sentryEvent(event), undefined, new Scope())),
    checkIn(status, reason) {
      const id = crypto.randomUUID().replaceAll("-", "");
      const { slug, config } = HEARTBEAT_MONITOR;
      if (reason !== undefined) reasons.set(id, reason);
      return answerTo(id, () => client.captureCheckIn({ checkInId: id, monitorSlug: slug, status }, config));
    },
    checkInJob(checkIn) {
      const id = crypto.randomUUID().replaceAll("-", "");
      const check = { checkInId: id, monitorSlug: monitorSlug(checkIn.job_name), status: checkIn.status };
      return answerTo(id, () => client.captureCheckIn(check, monitorConfig(checkIn)));
    },
  };

  /** An event that was captured but never reaches the transport gets no answer: waiting ends a second after the timeout. */
  function answerTo(id: string, capture: () => unknown): Promise<SendAnswer> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => settle({ status: null, hold_seconds: null, words: null }), timeout_ms + 1_000);
      const settle = (answer: SendAnswer) => {
        clearTimeout(timer);
        waiting.delete(id);
        resolve(answer);
      };
      waiting.set(id, settle);
      capture();
    });
  }
}

/** A check-in has no text; its contexts are stored with it. The SDK has no argument for them. */
function giveReason([, items]: Envelope, reasons: Map<string, string>): void {
  for (const [, payload] of items) {
    if (typeof payload !== "object" || !("check_in_id" in payload)) continue;
    const reason = reasons.get(String(payload.check_in_id));
    if (reason !== undefined) {
      Object.assign(payload, { contexts: { audit: { reason: reason.slice(0, LONGEST_REASON) } } });
    }
    reasons.delete(String(payload.check_in_id));
  }
}

/** Sentry accepts 50 characters: lower case, digits, hyphens and underscores. */
function monitorSlug(job: string): string {
  return `freshet-${scrubName(job).toLowerCase().replaceAll(/[^a-z0-9_-]+/g, "-")}`.slice(0, 50);
}

function monitorConfig({ schedule, timezone, margin_minutes, max_runtime_minutes }: JobCheckIn) {
  return {
    schedule: { type: "crontab", value: schedule },
    // The audit reports a run up to five minutes after it has ended.
    checkinMargin: margin_minutes + 10,
    maxRuntime: max_runtime_minutes,
    timezone: timezone === "GMT" ? "Etc/UTC" : timezone,
  } as const;
}

type Envelope = Parameters<DenoClient["sendEnvelope"]>[0];
type SentryEvent = Parameters<DenoClient["captureEvent"]>[0];

function sentryEvent(event: AlertEvent): SentryEvent {
  return {
    event_id: event.event_id,
    message: event.title,
    level: event.level,
    fingerprint: [...event.fingerprint],
    timestamp: Date.parse(event.occurred_at) / 1_000,
    tags: { ...event.tags },
    ...(event.tags["transition"] === "opened" ? { exception: { values: [exceptionOf(event)] } } : {}),
    ...(Object.keys(event.facts).length === 0 ? {} : { contexts: { incident: { ...event.facts } } }),
  };
}

/** Sentry shows messages as issues; Spotlight shows only events with an exception. */
function exceptionOf({ title, tags }: AlertEvent) {
  const type = tags["kind"] ?? "alert";
  const value = title.startsWith(`${type}: `) ? title.slice(type.length + 2) : title;
  return { type, value, mechanism: { type: "generic", handled: true } };
}
