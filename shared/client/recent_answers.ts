/** An answer as it came, and the tag that names it. */
export interface KeptAnswer {
  readonly etag: string;
  readonly body: unknown;
}

/** The most recently used answers, by path. A kept answer is used again only after the API confirmed it with a 304. */
export class RecentAnswers {
  readonly #kept = new Map<string, KeptAnswer>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  find(path: string): KeptAnswer | undefined {
    return this.#kept.get(path);
  }

  /** Keeps an answer as the most recent one; so does a 304 with the answer that it confirms. */
  keep(path: string, answer: KeptAnswer): void {
    this.#kept.delete(path);
    this.#kept.set(path, answer);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= this.#most) return;
      this.#kept.delete(oldest);
    }
  }
}
