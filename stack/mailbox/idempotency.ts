import { createHash } from "node:crypto";

/** The answer to a request that was sent with a key. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const DAY_MS = 86_400_000;

/** As Resend documents it: a key is known for 24 hours, with its answer; the same key with another body is refused. */
export class Idempotency {
  readonly #known = new Map<string, { readonly body_hash: string; readonly answer: Answer; readonly until: number }>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Calls `send` once for a key and body. Only an accepted request is remembered, so that a refused one can be repeated. */
  answer(key: string | null, body: string, send: () => Answer): Answer {
    if (key === null) return send();
    if (key === "" || key.length > 256) {
      return refusal(400, "invalid_idempotency_key", "The key must be between 1-256 chars.");
    }
    const body_hash = createHash("sha256").update(body).digest("hex");
    const known = this.#known.get(key);
    if (known !== undefined && known.until > this.#now()) {
      if (known.body_hash === body_hash) return known.answer;
      return refusal(409, "invalid_idempotent_request", "Same idempotency key used with a different request payload.");
    }
    const answer = send();
    if (answer.status < 300) this.#known.set(key, { body_hash, answer, until: this.#now() + DAY_MS });
    return answer;
  }
}

/** An error in Resend's shape. */
export function refusal(statusCode: number, name: string, message: string): Answer {
  return { status: statusCode, body: { statusCode, name, message } };
}
