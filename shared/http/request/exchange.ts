import type { CacheEvent } from "../../cache/event.ts";
import type { Clock } from "../../kernel/ports.ts";
import type { Standing } from "../../limits/rate_allowance.ts";

/** One request on its way through: who it is in the log, what happened to it, and how long each step took. */
export class Exchange {
  readonly request_id = crypto.randomUUID();
  readonly request: Request;
  /** The path as it was written: no dots resolved, nothing decoded. */
  readonly path: string;
  /** What follows the question mark. */
  readonly search: string;
  readonly events: CacheEvent[] = [];
  /** The resource's full name once the route is known; never the URL, which holds parameters. */
  resource: string | null = null;
  /** How it went, for the log; an error's code replaces it. */
  outcome = "OK";
  /** Where the caller stands under the limit that the request was counted by. */
  standing: Standing | null = null;
  readonly #clock: Clock;
  /** By the clock of the day, which costs a tenth of what the other one costs, and is exact to a millisecond. */
  readonly #began_at: number;
  readonly #late: (event: CacheEvent) => void;
  #step: string | null = null;
  /** Where the exchange began by the clock that measures steps; null while there is no step. */
  #began: number | null = null;
  #step_began = 0;
  /** The steps that have ended, as `Server-Timing` writes them. */
  #timing = "";
  #is_finished = false;

  constructor(request: Request, options: { readonly clock: Clock; readonly late: (event: CacheEvent) => void }) {
    this.request = request;
    const { url } = request;
    const path_at = url.indexOf("/", url.indexOf("://") + 3);
    const search_at = url.indexOf("?", path_at);
    this.path = search_at < 0 ? url.slice(path_at) : url.slice(path_at, search_at);
    this.search = search_at < 0 ? "" : url.slice(search_at + 1);
    this.#clock = options.clock;
    this.#late = options.late;
    this.#began_at = options.clock.now();
  }

  /** The parameters, parsed on demand: a question that is remembered by its text needs no parsing. */
  get parameters(): URLSearchParams {
    return new URLSearchParams(this.search);
  }

  /** Takes an event. What happens behind the answer is reported on its own, for the request's line is written. */
  readonly emit = (event: CacheEvent): void => {
    if (this.#is_finished) this.#late(event);
    else this.events.push(event);
  };

  /**
   * Begins a step, whose time `Server-Timing` tells. It lasts until the next one, or the exchange, ends it. For what may
   * take time: looking at the clock costs more than what memory answers.
   */
  begin(step: string): void {
    const now = this.#clock.monotonic();
    this.#endStep(now);
    this.#step = step;
    this.#began ??= now - this.#elapsed();
  }

  /** Ends the exchange and says how long it took, in milliseconds: whole ones where no step took time. */
  finish(): number {
    this.#is_finished = true;
    if (this.#began === null) return this.#elapsed();
    const now = this.#clock.monotonic();
    this.#endStep(now);
    return now - this.#began;
  }

  /** By the clock of the day, which may be set back. */
  #elapsed(): number {
    return Math.max(0, this.#clock.now() - this.#began_at);
  }

  /** Null where no step took time, which says all there is to say. */
  serverTiming(total: number): string | null {
    return this.#timing === "" ? null : `${this.#timing}total;dur=${tenths(total)}`;
  }

  #endStep(now: number): void {
    if (this.#step !== null) this.#timing += `${this.#step};dur=${tenths(now - this.#step_began)}, `;
    this.#step_began = now;
  }
}

/** `toFixed(1)` of a duration, at a twentieth of its cost: three of them are in each answer. */
function tenths(milliseconds: number): string {
  const count = Math.round(milliseconds * 10);
  return `${Math.floor(count / 10)}.${count % 10}`;
}
