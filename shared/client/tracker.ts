import { EventQueue } from "./event_queue.ts";
import { EventSender } from "./event_sender.ts";
import type {
  MaterialProgress,
  QuestionAttempt,
  QueuedEvent,
  SessionMoment,
  SessionStart,
  TrackedEvent,
} from "./tracked_event.ts";
import type { TrackerOptions, TrackerTrouble } from "./tracker_options.ts";
import { browserPage, browserStorage, newId } from "./tracker_page.ts";

/** How long after the page was hidden an event counts as one of leaving it, and is sent at once: the end of a session. */
const LEAVING_MS = 1_000;

type Without<Event> = Omit<Event, "event_type">;

/** Queues events and sends them in batches. Every event is stored on the server once, or comes to `onRejected`. */
export interface Tracker {
  /** Queues an event of the signed-in user. @returns its id; null without a user: then it is not kept */
  track(event: TrackedEvent): string | null;
  questionAttempt(attempt: Without<QuestionAttempt>): string | null;
  materialProgress(progress: Without<MaterialProgress>): string | null;
  /** Begins a session, of which all events are from now on. @returns the id of its event */
  sessionStart(session?: Without<SessionStart>): string | null;
  /** Ends the session. The next event begins another one. */
  sessionEnd(session?: Without<SessionMoment>): string | null;
  /** Sends what is queued, unless the server has to be waited for. Resolves when no call is under way; never rejects. */
  flush(): Promise<void>;
  /** Sends no more. What is queued waits for the next tracker. */
  stop(): void;
}

/**
 * @throws RangeError for an interval outside 1 to 86,400 seconds
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const tracker = createTracker({
 *   url: "https://example.supabase.co",
 *   key: "sb_publishable_…",
 *   token: () => null,
 *   storage: null,
 *   onError: ({ code }) => assert.equal(code, "SIGNED_OUT"),
 * });
 * assert.equal(tracker.track({ event_type: "review_start" }), null);
 * tracker.stop();
 * ```
 */
export function createTracker(options: TrackerOptions): Tracker {
  const { storage = browserStorage(), interval_seconds = 30, page = browserPage(), onRejected, onError } = options;
  if (!(interval_seconds >= 1 && interval_seconds <= 86_400)) {
    throw new RangeError(`interval_seconds is ${interval_seconds}: give 1 to 86,400`);
  }
  const url = options.url.replace(/\/+$/, "");
  const name = `freshet-tracker ${url}`;
  const interval_ms = interval_seconds * 1_000;
  const queue = new EventQueue(storage, name);
  // What the application's own functions throw is reported by the runtime, and stops nothing here.
  const report = (trouble: TrackerTrouble) => queueMicrotask(() => onError?.(trouble));
  const sender = new EventSender({
    ...options,
    url,
    page,
    queue,
    interval_ms,
    report,
    reject: ({ event_id, text }, { code, detail }) =>
      queueMicrotask(() => onRejected?.({ event: eventOf(text), event_id, code, detail })),
  });
  let session_id: string | null = null;
  // An application that gave null knows it.
  let is_storing = options.storage !== null;
  let sending: Promise<void> | null = null;
  let cancel: (() => void) | null = null;
  let left_at = -Infinity;

  function track(event: TrackedEvent): string | null {
    const caller = sender.caller();
    if (caller === null) {
      const detail = "No user is signed in, so the event is not kept: call track() when token() gives a user's token.";
      report({ code: "SIGNED_OUT", detail, status: 0 });
      return null;
    }
    const event_id = newId();
    const created_at = new Date(page.now()).toISOString();
    const queued = { ...event, session_id: event.session_id ?? (session_id ??= newId()), event_id, created_at };
    const refusal = queue.add(caller.user, created_at, event_id, JSON.stringify(queued));
    if (refusal !== null && is_storing) {
      const detail = "The storage does not take events, so they are lost if the page ends before they are sent.";
      report({ code: "STORAGE", detail, status: 0, ...refusal });
    }
    is_storing = refusal === null;
    if (page.elapsed() - left_at < LEAVING_MS) queueMicrotask(() => sender.leave());
    return event_id;
  }

  function flush(): Promise<void> {
    return sending ??= page.alone(name, () => sender.sendAll()).finally(() => sending = null);
  }

  /** Also sends what other tabs, and pages before, have left. */
  async function sendAndWait(): Promise<void> {
    await flush();
    if (cancel !== null) cancel = page.after(interval_ms, sendAndWait);
  }

  const stopListening = page.listen({
    leave() {
      left_at = page.elapsed();
      sender.leave();
    },
    online() {
      sender.forgetFailures();
      void flush();
    },
  });
  // As soon as the application has finished its start.
  cancel = page.after(0, sendAndWait);

  return {
    track,
    questionAttempt: (attempt) => track({ ...attempt, event_type: "question_attempt" }),
    materialProgress: (progress) => track({ ...progress, event_type: "material_progress" }),
    sessionStart(session = {}) {
      session_id = session.session_id ?? newId();
      return track({ ...session, event_type: "session_start" });
    },
    sessionEnd(session = {}) {
      const event_id = track({ ...session, event_type: "session_end" });
      session_id = null;
      return event_id;
    },
    flush,
    stop() {
      cancel?.();
      cancel = null;
      stopListening();
      sender.stop();
    },
  };
}

function eventOf(text: string): QueuedEvent | null {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
