import { AppError } from "./app_error.ts";
import type { Emit } from "./cache_event.ts";
import type { Clock } from "./clock.ts";
import type { Refreshes } from "./refreshes.ts";
import { SingleFlight } from "./single_flight.ts";

export interface RefreshOnDemandOptions {
  readonly clock: Clock;
  readonly waitUntil: (work: Promise<unknown>) => void;
}

/** As often as the database would allow it: asking more often would only cost calls. */
const PAUSE_MS = 60_000;

/** How long somebody waits for a refresh. It goes on behind the answer. */
const LONGEST_WAIT_MS = 2_000;

/** Refreshes that readers set off: one at a time and one a minute for each view, whoever asks. */
export class RefreshOnDemand {
  readonly #refreshes: Refreshes;
  readonly #options: RefreshOnDemandOptions;
  readonly #flight = new SingleFlight<boolean>();
  readonly #asked_at = new Map<string, number>();

  constructor(refreshes: Refreshes, options: RefreshOnDemandOptions) {
    this.#refreshes = refreshes;
    this.#options = options;
  }

  /** When the last of these views is due, in milliseconds since the epoch; null where that cannot be told. */
  async nextAt(views: readonly string[]): Promise<number | null> {
    try {
      const moments = await Promise.all(views.map((view) => this.#refreshes.nextAt(view)));
      return moments.reduce((left, right) => left === null || right === null ? null : Math.max(left, right), 0) || null;
    } catch (error) {
      // Whoever is told that the rows are too old can do without the reason why nobody knows more.
      if (error instanceof AppError) return null;
      throw error;
    }
  }

  /** Refreshes views, one after another, and waits for it, but not for long. */
  async refresh(views: readonly string[], emit: Emit): Promise<void> {
    const { clock, waitUntil } = this.#options;
    const work = this.#refreshAll(views, emit);
    waitUntil(work);
    await Promise.race([work, clock.sleep(LONGEST_WAIT_MS)]);
  }

  async #refreshAll(views: readonly string[], emit: Emit): Promise<void> {
    for (const view of views) await this.#flight.run(view, () => this.#refreshOne(view, emit), () => {});
  }

  async #refreshOne(view: string, emit: Emit): Promise<boolean> {
    const now = this.#options.clock.now();
    if (now - (this.#asked_at.get(view) ?? -Infinity) < PAUSE_MS) return false;
    this.#asked_at.set(view, now);
    try {
      const is_done = await this.#refreshes.refresh(view);
      emit({ type: "refresh_demanded", outcome: is_done ? "refreshed" : "failed" });
      return is_done;
    } catch (error) {
      const is_refused = error instanceof AppError && error.code === "RATE_LIMITED";
      emit({ type: "refresh_demanded", outcome: is_refused ? "refused" : "failed" });
      return false;
    }
  }
}
