/** An answer as it came, and the tag that names it. */
export interface KeptAnswer {
  readonly etag: string;
  readonly body: unknown;
}

/** The answers that were used last, by path. What is kept is shown again only after the API said, by a 304, that it is current. */
export class RecentAnswers {
  readonly #kept = new Map<string, KeptAnswer>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  find(path: string): KeptAnswer | undefined {
    return this.#kept.get(path);
  }

  /** Keeps an answer as the most recent one; what was confirmed is kept anew. */
  keep(path: string, answer: KeptAnswer): void {
    this.#kept.delete(path);
    this.#kept.set(path, answer);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= this.#most) return;
      this.#kept.delete(oldest);
    }
  }
}
