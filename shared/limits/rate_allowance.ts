import type { Emit } from "../cache/event.ts";
import type { Clock } from "../kernel/ports.ts";
import type { Counted } from "./rate_counter.ts";
import { type Limited, type RateLimit, unreportedShare } from "./rate_limits.ts";
import type { MaybePromise } from "../kernel/maybe_promise.ts";
import { TokenBucket } from "./token_bucket.ts";

/** What is left of a caller's limit after a request was admitted or refused. */
export interface Standing {
  readonly name: Limited;
  readonly limit: RateLimit;
  readonly is_admitted: boolean;
  readonly remaining: number;
  /** Until the whole limit is available again, or, if nothing remains, until it is worth asking again; at least 1. */
  readonly reset_seconds: number;
}

export interface AllowanceOptions {
  readonly clock: Clock;
  readonly name: Limited;
  readonly limit: RateLimit;
  /** Reports to the other isolates; undefined means that the report failed. Null if there are none. Never rejects. */
  readonly report: ((requests: number, emit: Emit) => Promise<Counted | undefined>) | null;
}

/**
 * One caller's requests, counted in this isolate and reported to the others after the answers: no request waits for the
 * report, except one that would be the (share + 1)-th unreported one. So `n` isolates admit fewer than `limit + n × share` in
 * a window. While reports fail, a token bucket of this isolate decides.
 */
export class RateAllowance {
  readonly #options: AllowanceOptions;
  readonly #share: number;
  #ends_at = 0;
  /** What all isolates have admitted in this window, by the last report. */
  #used = 0;
  /** Admitted here, in the report under way. */
  #sent = 0;
  /** Admitted here, not reported yet. Below zero when more was given back than taken since the last report. */
  #unsent = 0;
  #report: Promise<void> | null = null;
  #bucket: TokenBucket | null = null;

  constructor(options: AllowanceOptions) {
    this.#options = options;
    this.#share = unreportedShare(options.limit);
    const { clock, limit, report } = options;
    if (report === null) this.#bucket = new TokenBucket(limit, { tokens: limit.requests, now: clock.now() });
  }

  /** Admits a request or refuses it. A promise only if it has to wait for the report under way. */
  spend(emit: Emit): MaybePromise<Standing> {
    const now = this.#options.clock.now();
    this.#turnWindow(now);
    if (this.#bucket !== null) {
      const is_admitted = this.#bucket.take(now);
      if (is_admitted) this.#count(emit);
      return this.#standing(is_admitted, this.#bucket.remaining, this.#bucket.wait_ms);
    }
    const remaining = this.#options.limit.requests - this.#used - this.#sent - this.#unsent;
    if (remaining <= 0) return this.#standing(false, 0, this.#ends_at - now);
    if (this.#report !== null && this.#sent + this.#unsent >= this.#share) {
      return this.#report.then(() => this.spend(emit));
    }
    this.#count(emit);
    return this.#standing(true, remaining - 1, this.#ends_at - now);
  }

  /** Undoes a `spend` that was admitted. */
  giveBack(): void {
    this.#unsent -= 1;
    this.#bucket?.giveBack();
  }

  #turnWindow(now: number): void {
    const length = this.#options.limit.seconds * 1_000;
    // A clock that was set back must not lock callers out until it has caught up.
    if (now < this.#ends_at && this.#ends_at - now <= length) return;
    this.#ends_at = (Math.floor(now / length) + 1) * length;
    this.#used = 0;
    this.#sent = 0;
    this.#unsent = 0;
  }

  #count(emit: Emit): void {
    this.#unsent += 1;
    const { report } = this.#options;
    if (report === null || this.#report !== null || this.#unsent < this.#share / 2) return;
    const ends_at = this.#ends_at;
    this.#sent = this.#unsent;
    this.#unsent = 0;
    this.#report = report(this.#sent, emit).then((counted) => this.#onReport(counted, ends_at));
  }

  #onReport(counted: Counted | undefined, ends_at: number): void {
    this.#report = null;
    const is_current = this.#ends_at === ends_at;
    if (counted === undefined) {
      if (is_current) this.#unsent += this.#sent;
      this.#sent = 0;
      const { clock, limit } = this.#options;
      // What is left of the window, not a fresh limit: an outage must not grant more requests.
      const tokens = Math.max(0, limit.requests - this.#used - this.#unsent);
      this.#bucket ??= new TokenBucket(limit, { tokens, now: clock.now() });
      return;
    }
    this.#bucket = null;
    // Never less than this isolate knows of: Redis may have been emptied, or its clock may be in another window.
    if (is_current) this.#used = Math.max(this.#used + this.#sent, counted.ends_at === ends_at ? counted.used : 0);
    this.#sent = 0;
  }

  #standing(is_admitted: boolean, remaining: number, wait_ms: number): Standing {
    const { name, limit } = this.#options;
    return { name, limit, is_admitted, remaining, reset_seconds: Math.max(1, Math.ceil(wait_ms / 1_000)) };
  }
}
