import type { CacheEvent } from "../core/cache_event.ts";
import type { Clock } from "../core/clock.ts";

/** One request on its way through: who it is in the log, what happened to it, and how long each step took. */
export class Exchange {
  readonly request_id = crypto.randomUUID();
  readonly request: Request;
  readonly url: URL;
  readonly events: CacheEvent[] = [];
  /** The resource's full name once the route is known; never the URL, which holds parameters. */
  resource: string | null = null;
  /** How it went, for the log; an error's code replaces it. */
  outcome = "OK";
  readonly #clock: Clock;
  readonly #began: number;
  readonly #late: (event: CacheEvent) => void;
  readonly #steps: [name: string, milliseconds: number][] = [];
  #is_finished = false;

  constructor(request: Request, options: { readonly clock: Clock; readonly late: (event: CacheEvent) => void }) {
    this.request = request;
    this.url = new URL(request.url);
    this.#clock = options.clock;
    this.#late = options.late;
    this.#began = options.clock.monotonic();
  }

  /** Takes an event. What happens behind the answer is reported on its own, for the request's line is written. */
  readonly emit = (event: CacheEvent): void => {
    if (this.#is_finished) this.#late(event);
    else this.events.push(event);
  };

  /** Runs a step and notes its time for `Server-Timing`. */
  async timed<T>(name: string, step: () => Promise<T>): Promise<T> {
    const began = this.#clock.monotonic();
    try {
      return await step();
    } finally {
      this.#steps.push([name, this.#clock.monotonic() - began]);
    }
  }

  /** Ends the exchange and says how long it took, in milliseconds. */
  finish(): number {
    this.#is_finished = true;
    return this.#clock.monotonic() - this.#began;
  }

  serverTiming(total: number): string {
    return [...this.#steps, ["total", total] as const].map(([name, ms]) => `${name};dur=${ms.toFixed(1)}`).join(", ");
  }
}
