import type { Clock } from "./ports.ts";

export interface BreakerOptions {
  readonly clock: Clock;
  /** This many failures in a row open the breaker. */
  readonly failures: number;
  /** How long the breaker stays open, in milliseconds, before it lets one probe through. */
  readonly open_ms: number;
}

/** A circuit breaker for a part that keeps failing: closed, then open, then half open for a single probe. */
export class Breaker {
  readonly #options: BreakerOptions;
  #failed = 0;
  #opened_at: number | null = null;
  #probing = false;

  constructor(options: BreakerOptions) {
    this.#options = options;
  }

  /** Whether a call may be made now. Half open, only the first call is allowed, and must report its result. */
  allows(): boolean {
    if (this.#opened_at === null) return true;
    if (this.#probing || this.#options.clock.now() - this.#opened_at < this.#options.open_ms) return false;
    this.#probing = true;
    return true;
  }

  succeeded(): void {
    this.#failed = 0;
    this.#opened_at = null;
    this.#probing = false;
  }

  failed(): void {
    this.#failed += 1;
    // A call that began before the breaker opened must not end another call's probe or lengthen the pause.
    if (this.#probing || (this.#opened_at === null && this.#failed >= this.#options.failures)) {
      this.#opened_at = this.#options.clock.now();
      this.#probing = false;
    }
  }
}
