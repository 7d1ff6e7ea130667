import type { Clock } from "./ports.ts";

export interface BreakerOptions {
  readonly clock: Clock;
  /** Failures in a row that open it. */
  readonly failures: number;
  /** How long it stays open, in milliseconds, before one probe is let through. */
  readonly open_ms: number;
}

/** Stops asking a part that keeps failing: closed, open, and after a while half open for a single probe. */
export class Breaker {
  readonly #options: BreakerOptions;
  #failed = 0;
  #opened_at: number | null = null;
  #probing = false;

  constructor(options: BreakerOptions) {
    this.#options = options;
  }

  /** Whether a call may be made now. When half open, only the first asker is told yes, and must report back. */
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
