import type { Left, Verdict } from "./replica_choice.ts";
import type { ServerPosition } from "./server.ts";

/** What the isolate knows of its read address: for health. */
export interface ReplicaFacts {
  /** `answers`: the last question was answered there. `left`: the primary answered it. `unknown`: none was asked. */
  readonly state: "answers" | "left" | "unknown";
  /** Why the primary was asked last; null if it never was. */
  readonly last_left: Left | null;
  readonly last_left_at: string | null;
  /** False for the primary behind a load balancer; null if nothing answered. */
  readonly is_replica: boolean | null;
  /** An upper bound of the lag at the last answer. Without writes it grows, and means nothing. */
  readonly lag_ms: number | null;
  /** Questions answered there, and questions that went to the primary by reason, since the isolate started. */
  readonly answered_count: number;
  readonly left_counts: Readonly<Partial<Record<Left, number>>>;
}

/** Counts what became of the questions to the read address. */
export class ReplicaReport {
  #state: ReplicaFacts["state"] = "unknown";
  #last_left: Left | null = null;
  #last_left_at: number | null = null;
  #server: ServerPosition | null = null;
  #answered_count = 0;
  readonly #left_counts: Partial<Record<Left, number>> = {};

  heard(server: ServerPosition, verdict: Verdict): void {
    this.#server = server;
    if (verdict !== "good") return;
    this.#state = "answers";
    this.#answered_count += 1;
  }

  left(why: Left, now: number): void {
    if (why !== "too_long") this.#state = "left";
    this.#last_left = why;
    this.#last_left_at = now;
    this.#left_counts[why] = (this.#left_counts[why] ?? 0) + 1;
  }

  facts(): ReplicaFacts {
    return {
      state: this.#state,
      last_left: this.#last_left,
      last_left_at: this.#last_left_at === null ? null : new Date(this.#last_left_at).toISOString(),
      is_replica: this.#server?.is_replica ?? null,
      lag_ms: this.#server?.lag_ms ?? null,
      answered_count: this.#answered_count,
      left_counts: { ...this.#left_counts },
    };
  }
}
