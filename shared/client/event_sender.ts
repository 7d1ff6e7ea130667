import { type BatchReply, batchReplyOf, resultsById } from "./batch_reply.ts";
import { bodyOf, cutBatch, MOST_BYTES, MOST_BYTES_ON_LEAVING, MOST_EVENTS } from "./event_batch.ts";
import type { EventQueue, QueuedText } from "./event_queue.ts";
import { userOf } from "./token_user.ts";
import type { TrackerOptions, TrackerTrouble } from "./tracker_options.ts";
import type { TrackerPage } from "./tracker_page.ts";

/** The longest time that a response is waited for: other tabs cannot send meanwhile. */
const LONGEST_CALL_MS = 30_000;
/** Fewer are not tried after failures: on a slow connection, or with a slow server, small calls may succeed. */
const FEWEST_EVENTS = 10;
/** Calls in a row. More events than they hold wait for the next interval. */
const MOST_CALLS = 50;
const LONGEST_WAIT_MS = 3_600_000;

export interface Caller {
  readonly token: string;
  readonly user: string;
}

interface Wiring extends Pick<TrackerOptions, "url" | "key" | "token" | "fetch"> {
  readonly page: TrackerPage;
  readonly queue: EventQueue;
  readonly interval_ms: number;
  readonly reject: (event: QueuedText, why: { readonly code: string | null; readonly detail: string | null }) => void;
  readonly report: (trouble: TrackerTrouble) => void;
}

/** Sends the queue of the signed-in user. An event leaves it only when the server has answered for it. */
export class EventSender {
  readonly #wiring: Wiring;
  /**
   * Halved by a refusal, so that the event that causes it is found, and by a failure, which may be one of size; doubled
   * again by each answer.
   */
  #most_events = MOST_EVENTS;
  #failures_count = 0;
  /** No call before this time of `elapsed()`. */
  #not_before = 0;
  #is_stopped = false;
  #refused_token: string | undefined;
  /** Events that are left out until the next page: the server refuses them, and does not say why. */
  readonly #set_aside = new Set<string>();
  /** Events in calls that outlive the page, and the bytes of these calls. */
  readonly #leaving = new Set<string>();
  #leaving_bytes = 0;

  constructor(wiring: Wiring) {
    this.#wiring = wiring;
  }

  /** The signed-in user; null without one. */
  caller(): Caller | null {
    try {
      const token = this.#wiring.token();
      const user = token ? userOf(token) : null;
      return token && user !== null ? { token, user } : null;
    } catch (cause) {
      this.#report("SIGNED_OUT", "token() threw an error: let it return null without a user.", 0, cause);
      return null;
    }
  }

  stop(): void {
    this.#is_stopped = true;
  }

  /** The next call may be made at once. */
  forgetFailures(): void {
    this.#failures_count = 0;
    this.#not_before = 0;
  }

  /** Sends what is queued, a call after the other, until nothing is left or a call fails. */
  async sendAll(): Promise<void> {
    // A server that leaves an event unanswered is not asked about it again at once.
    const unanswered = new Set<string>();
    for (let left = MOST_CALLS; left > 0; left--) {
      // Every call has the token of its moment, and the events of that token's user.
      const caller = this.#callerNow();
      if (caller === null) return;
      const limits = { most_events: this.#most_events, most_bytes: MOST_BYTES, takes_any: true };
      const { batch } = cutBatch(this.#waiting(caller, unanswered), limits);
      if (batch.length === 0) return;
      const reply = await this.#call(batch, caller, false);
      if (!this.#take(reply, batch, caller, unanswered)) return;
    }
  }

  /** Sends what fits into a call that outlives the page. Begins it before it returns. */
  leave(): void {
    const caller = this.#callerNow();
    if (caller === null) return;
    const most_bytes = MOST_BYTES_ON_LEAVING - this.#leaving_bytes;
    const limits = { most_events: this.#most_events, most_bytes, takes_any: false };
    const { batch, bytes } = cutBatch(this.#waiting(caller, this.#leaving), limits);
    if (batch.length === 0) return;
    for (const { key } of batch) this.#leaving.add(key);
    this.#leaving_bytes += bytes;
    void this.#call(batch, caller, true).then((reply) => {
      for (const { key } of batch) this.#leaving.delete(key);
      this.#leaving_bytes -= bytes;
      // No response may mean that other code of the page has used up what browsers let outlive a page.
      if (reply.kind !== "failed" || reply.status !== 0) this.#take(reply, batch, caller, new Set());
    });
  }

  #callerNow(): Caller | null {
    if (this.#is_stopped || this.#wiring.page.elapsed() < this.#not_before) return null;
    const caller = this.caller();
    return caller?.token === this.#refused_token ? null : caller;
  }

  *#waiting({ user }: Caller, except: ReadonlySet<string>): Generator<QueuedText, void, undefined> {
    for (const event of this.#wiring.queue.of(user)) {
      if (!except.has(event.key) && !this.#set_aside.has(event.key)) yield event;
    }
  }

  async #call(batch: readonly QueuedText[], { token }: Caller, keepalive: boolean): Promise<BatchReply> {
    const { url, key, page, fetch = globalThis.fetch } = this.#wiring;
    const late = new AbortController();
    const cancel = page.after(LONGEST_CALL_MS, () => late.abort());
    try {
      const headers = { apikey: key, authorization: `Bearer ${token}`, "content-type": "application/json" };
      const request = { method: "POST", headers, body: bodyOf(batch), keepalive, signal: late.signal };
      return await batchReplyOf(await fetch(`${url}/rest/v1/rpc/track_batch`, request));
    } catch (cause) {
      const detail = "The API could not be reached. Events stay queued and are sent later.";
      return { kind: "failed", status: 0, detail, retry_after_seconds: 0, cause };
    } finally {
      cancel();
    }
  }

  /** @returns whether another call makes sense now */
  #take(reply: BatchReply, batch: readonly QueuedText[], caller: Caller, unanswered: Set<string>): boolean {
    switch (reply.kind) {
      case "answered":
        return this.#takeAnswers(reply, batch, unanswered);
      case "refused":
        return this.#takeRefusal(reply, batch);
      case "unauthenticated":
        this.#refused_token = caller.token;
        this.#report("UNAUTHENTICATED", "The token was refused: sign in again, or refresh the session.", 401);
        return false;
      case "failed":
        return this.#fail(reply);
    }
  }

  #takeAnswers(
    { results }: BatchReply & { readonly kind: "answered" },
    batch: readonly QueuedText[],
    unanswered: Set<string>,
  ): boolean {
    const before = unanswered.size;
    const by_id = resultsById(results, batch.map(({ event_id }) => event_id));
    for (const event of batch) {
      const result = by_id.get(event.event_id);
      if (result === undefined) unanswered.add(event.key);
      else if (this.#wiring.queue.remove(event.key) && result.status === "rejected") {
        this.#wiring.reject(event, result);
      }
    }
    if (unanswered.size - before === batch.length) {
      const detail = "The answer names none of the events. Look for a proxy or a login page before the API.";
      return this.#fail({ kind: "failed", status: 200, detail, retry_after_seconds: 0 });
    }
    this.forgetFailures();
    this.#most_events = Math.min(MOST_EVENTS, this.#most_events * 2);
    return true;
  }

  #takeRefusal(
    { status, code, detail, is_of_data }: BatchReply & { readonly kind: "refused" },
    batch: readonly QueuedText[],
  ): boolean {
    const [event] = batch;
    if (batch.length > 1 || event === undefined) {
      this.#most_events = Math.ceil(batch.length / 2);
      return true;
    }
    if (is_of_data) {
      if (this.#wiring.queue.remove(event.key)) this.#wiring.reject(event, { code, detail });
    } else {
      this.#set_aside.add(event.key);
      this.#report(
        "REFUSED",
        `Event ${event.event_id} was refused, and is tried again by the next page: ${detail}`,
        status,
      );
    }
    this.#most_events = Math.min(MOST_EVENTS, this.#most_events * 2);
    return true;
  }

  /** Waits twice as long after each failure, not in step with other devices. */
  #fail({ status, detail, retry_after_seconds, cause }: BatchReply & { readonly kind: "failed" }): false {
    const { page, interval_ms } = this.#wiring;
    this.#failures_count = Math.min(this.#failures_count + 1, 10);
    this.#most_events = Math.max(Math.min(this.#most_events, FEWEST_EVENTS), Math.ceil(this.#most_events / 2));
    const patience_ms = interval_ms * 2 ** this.#failures_count * (1 + page.random()) / 2;
    this.#not_before = page.elapsed() + Math.min(LONGEST_WAIT_MS, Math.max(patience_ms, retry_after_seconds * 1_000));
    this.#report(status === 0 ? "UNREACHABLE" : "UNEXPECTED", detail, status, cause);
    return false;
  }

  #report(code: TrackerTrouble["code"], detail: string, status: number, cause?: unknown): void {
    this.#wiring.report({ code, detail, status, ...(cause === undefined ? {} : { cause }) });
  }
}
