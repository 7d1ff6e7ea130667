import type { CacheEvent } from "../../cache/event.ts";
import type { Clock } from "../../kernel/ports.ts";
import type { Standing } from "../../limits/rate_allowance.ts";

/** One request and its state: its id in the log, its events, and how long each step took. */
export class Exchange {
  readonly request_id = crypto.randomUUID();
  readonly request: Request;
  /** The path as it was sent: no dots resolved, nothing decoded. */
  readonly path: string;
  /** The query string, without the question mark. */
  readonly search: string;
  readonly events: CacheEvent[] = [];
  /** The resource's full name once the route is known; never the URL, which holds parameters. */
  resource: string | null = null;
  /** The outcome for the log; an error's code replaces it. */
  outcome = "OK";
  /** What is left of the limit under which the request was counted. */
  standing: Standing | null = null;
  readonly #clock: Clock;
  /** `Date.now()`: a tenth of the cost of `performance.now()`, millisecond precision. */
  readonly #began_at: number;
  readonly #late: (event: CacheEvent) => void;
  #step: string | null = null;
  /** When the exchange began, by the monotonic clock that measures steps; null while there is no step. */
  #began: number | null = null;
  #step_began = 0;
  /** The finished steps, in the syntax of `Server-Timing`. */
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

  /** The parameters, parsed on demand: a remembered question needs no parsing. */
  get parameters(): URLSearchParams {
    return new URLSearchParams(this.search);
  }

  /** Records an event. One that comes after the answer is logged by itself, because the request's line is already written. */
  readonly emit = (event: CacheEvent): void => {
    if (this.#is_finished) this.#late(event);
    else this.events.push(event);
  };

  /**
   * Begins a step, which `Server-Timing` reports. It ends with the next step or with the exchange. Only for steps that may
   * wait: reading the clock costs more than a lookup in memory.
   */
  begin(step: string): void {
    const now = this.#clock.monotonic();
    this.#endStep(now);
    this.#step = step;
    this.#began ??= now - this.#elapsed();
  }

  /** Ends the exchange and returns its duration in milliseconds: whole milliseconds if there was no step. */
  finish(): number {
    this.#is_finished = true;
    if (this.#began === null) return this.#elapsed();
    const now = this.#clock.monotonic();
    this.#endStep(now);
    return now - this.#began;
  }

  /** By `Date.now()`, which may be set back. */
  #elapsed(): number {
    return Math.max(0, this.#clock.now() - this.#began_at);
  }

  /** Null if there was no step. */
  serverTiming(total: number): string | null {
    return this.#timing === "" ? null : `${this.#timing}total;dur=${tenths(total)}`;
  }

  #endStep(now: number): void {
    if (this.#step !== null) this.#timing += `${this.#step};dur=${tenths(now - this.#step_began)}, `;
    this.#step_began = now;
  }
}

/** `toFixed(1)` at a twentieth of its cost: each answer has three of them. */
function tenths(milliseconds: number): string {
  const count = Math.round(milliseconds * 10);
  return `${Math.floor(count / 10)}.${count % 10}`;
}
