import type { EventResult } from "./batch_reply.ts";
import type { KeyValueStorage } from "./event_queue.ts";
import type { QueuedEvent } from "./tracked_event.ts";
import type { TrackerPage } from "./tracker_page.ts";

export interface TrackerOptions {
  /** The project's URL, like https://<ref>.supabase.co, without a path. */
  readonly url: string;
  /** The project's publishable key. */
  readonly key: string;
  /**
   * The access token of the signed-in user; null or undefined without one. Answers at once: an event is stored under its
   * user before `track()` returns, and a page that is being left waits for nothing.
   */
  readonly token: () => string | null | undefined;
  /** In place of localStorage; null keeps events in memory only. */
  readonly storage?: KeyValueStorage | null | undefined;
  /** How often events are sent, 1 to 86,400; 30 when left out. */
  readonly interval_seconds?: number | undefined;
  /** In place of the global fetch. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** An event that the server will never take. It has left the queue. */
  readonly onRejected?: ((rejection: Rejection) => void) | undefined;
  /** Something that delays events, or that would lose them. */
  readonly onError?: ((trouble: TrackerTrouble) => void) | undefined;
  /** In place of the browser's page. For tests. */
  readonly page?: TrackerPage | undefined;
}

export interface Rejection extends Pick<EventResult, "code" | "detail"> {
  readonly event_id: string;
  /** The event as it was sent; null if what the storage held is damaged. */
  readonly event: QueuedEvent | null;
}

export interface TrackerTrouble {
  /**
   * - `SIGNED_OUT`: `track()` was called without a user, so the event was not kept.
   * - `STORAGE`: the storage refuses events; they are in memory, and are lost if the page ends before they are sent.
   * - `UNREACHABLE`: there was no response. Events are sent later.
   * - `UNAUTHENTICATED`: the token was refused. Events are sent when `token()` gives another one.
   * - `REFUSED`: the server refused an event without saying that the event is at fault. It is tried again by the next page.
   * - `UNEXPECTED`: the server failed, or something other than the API answered. Events are sent later.
   */
  readonly code: "SIGNED_OUT" | "STORAGE" | "UNREACHABLE" | "UNAUTHENTICATED" | "REFUSED" | "UNEXPECTED";
  /** What is wrong, and what to do. */
  readonly detail: string;
  /** The HTTP status; 0 without a response. */
  readonly status: number;
  /** What was thrown, if anything was. */
  readonly cause?: unknown;
}
