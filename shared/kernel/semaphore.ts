export interface SemaphoreOptions {
  /** How many calls may run at once. */
  readonly permits: number;
  /** How many calls may wait; a further call is refused at once. */
  readonly queue: number;
}

/** Limits concurrent work and the queue in front of it: an unbounded queue only delays an outage. */
export class Semaphore {
  readonly #options: SemaphoreOptions;
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(options: SemaphoreOptions) {
    this.#options = options;
    this.#free = options.permits;
  }

  /**
   * Runs the work when a permit is free.
   *
   * @throws the error of `refuse()` if the queue is full.
   */
  async run<T>(work: () => Promise<T>, refuse: () => Error): Promise<T> {
    if (this.#free === 0 && this.#waiting.length >= this.#options.queue) throw refuse();
    await this.#enter();
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  #enter(): Promise<void> {
    if (this.#free > 0) {
      this.#free -= 1;
      return Promise.resolve();
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Hands the permit directly to the first call in the queue, so that a new call cannot take it first. */
  #leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}
