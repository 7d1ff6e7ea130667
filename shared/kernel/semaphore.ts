export interface SemaphoreOptions {
  /** How many may work at once. */
  readonly permits: number;
  /** How many may wait; the next one is refused at once. */
  readonly queue: number;
}

/** Bounds concurrent work, and the line in front of it: a queue without an end is an outage with a delay. */
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
   * @throws what `refuse` makes, when the line is full.
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

  /** Hands the permit to the next in line directly, so that a newcomer cannot slip in between. */
  #leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}
