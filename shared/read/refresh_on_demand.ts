import { AppError } from "../kernel/app_error.ts";
import type { Emit } from "../cache/event.ts";
import type { Clock } from "../kernel/ports.ts";
import type { RefreshRequest } from "./refresh_request.ts";
import type { Refreshes } from "./refreshes.ts";
import { SingleFlight } from "../kernel/single_flight.ts";

export interface RefreshOnDemandOptions {
  readonly clock: Clock;
  readonly waitUntil: (work: Promise<unknown>) => void;
}

/** The database allows one request a minute: asking more often would only cost calls. */
const PAUSE_MS = 60_000;

/** How long a caller waits for the queue. A refresh that takes longer continues after the answer. */
const LONGEST_WAIT_MS = 2_000;

/** How often to look whether the queue has finished the request. */
const LOOK_EVERY_MS = 400;

/** Refreshes that readers trigger: requested in the queue, at most one a minute for each view, regardless of the caller. */
export class RefreshOnDemand {
  readonly #refreshes: Refreshes;
  readonly #options: RefreshOnDemandOptions;
  readonly #flight = new SingleFlight<void>();
  readonly #asked_at = new Map<string, number>();
  /** Requests that had not finished when they were looked at last, by view. */
  readonly #waiting = new Map<string, number>();

  constructor(refreshes: Refreshes, options: RefreshOnDemandOptions) {
    this.#refreshes = refreshes;
    this.#options = options;
  }

  /**
   * When the last of these views is due, in milliseconds since the epoch: by its schedule, or in the queue if it waits
   * there. Null if that is not known.
   */
  async nextAt(views: readonly string[]): Promise<number | null> {
    try {
      const moments = await Promise.all(views.map((view) => this.#nextOf(view)));
      return moments.reduce((left, right) => left === null || right === null ? null : Math.max(left, right), 0) || null;
    } catch (error) {
      // The caller gets TOO_STALE anyway: a failed lookup of the next refresh is ignored.
      if (error instanceof AppError) return null;
      throw error;
    }
  }

  /** Requests refreshes of the views, sources first, and waits for them, but not for long. */
  async refresh(views: readonly string[], emit: Emit): Promise<void> {
    const { clock, waitUntil } = this.#options;
    const work = this.#refreshAll(views, clock.now() + LONGEST_WAIT_MS, emit);
    waitUntil(work);
    await Promise.race([work, clock.sleep(LONGEST_WAIT_MS)]);
  }

  async #nextOf(view: string): Promise<number | null> {
    if (!this.#waiting.has(view)) return await this.#refreshes.nextAt(view);
    const [scheduled, queued] = await Promise.all([this.#refreshes.nextAt(view), this.#refreshes.queueAt()]);
    return scheduled === null || queued === null ? scheduled ?? queued : Math.min(scheduled, queued);
  }

  async #refreshAll(views: readonly string[], until: number, emit: Emit): Promise<void> {
    for (const view of views) await this.#flight.run(`ask ${view}`, () => this.#ask(view, emit), () => {});
    await Promise.all(
      views.map((view) => this.#flight.run(`follow ${view}`, () => this.#follow(view, until, emit), () => {})),
    );
  }

  async #ask(view: string, emit: Emit): Promise<void> {
    const now = this.#options.clock.now();
    if (this.#waiting.has(view) || now - (this.#asked_at.get(view) ?? -Infinity) < PAUSE_MS) return;
    this.#asked_at.set(view, now);
    try {
      this.#note(view, await this.#refreshes.request({ view, asked_by: "reader" }), emit);
    } catch (error) {
      const is_refused = error instanceof AppError && error.code === "RATE_LIMITED";
      emit({ type: "refresh_demanded", outcome: is_refused ? "refused" : "failed" });
    }
  }

  async #follow(view: string, until: number, emit: Emit): Promise<void> {
    const { clock } = this.#options;
    for (let id = this.#waiting.get(view); id !== undefined && clock.now() < until; id = this.#waiting.get(view)) {
      await clock.sleep(LOOK_EVERY_MS);
      try {
        this.#note(view, await this.#refreshes.look(id), emit);
      } catch {
        // The database does not answer: the next demand looks again.
        return;
      }
    }
  }

  /** Remembers a request until it has finished. */
  #note(view: string, request: RefreshRequest | null, emit: Emit): void {
    if (request !== null && request.state !== "finished") {
      if (!this.#waiting.has(view)) emit({ type: "refresh_demanded", outcome: "queued" });
      this.#waiting.set(view, request.id);
      return;
    }
    this.#waiting.delete(view);
    const is_done = request?.views.every(({ outcome }) => outcome === "refreshed" || outcome === "skipped_clean");
    emit({ type: "refresh_demanded", outcome: is_done === true ? "refreshed" : "failed" });
  }
}
