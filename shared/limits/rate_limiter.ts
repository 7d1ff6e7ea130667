import type { Emit } from "../cache/event.ts";
import type { Clock, Hash } from "../kernel/ports.ts";
import { RateAllowance, type Standing } from "./rate_allowance.ts";
import type { Counted, Counting, RateCounter } from "./rate_counter.ts";
import type { Limited, RateLimit, RateLimits } from "./rate_limits.ts";
import { RecentMap } from "../kernel/recent_map.ts";
import type { SharedCache } from "../cache/shared_cache.ts";
import type { MaybePromise } from "../kernel/maybe_promise.ts";

/** The dependencies of the limiter, besides those of the read path. */
export interface RateParts {
  readonly limits: RateLimits;
  /** Null without Redis: each isolate then limits by itself. */
  readonly counter: RateCounter | null;
  /** Mixed into the hashes under which callers are counted: an address can be guessed from its unsalted hash. */
  readonly salt: string;
}

export interface RateLimiterOptions extends RateParts {
  readonly clock: Clock;
  readonly hash: Hash;
  /** Shares the cache's circuit breaker, so only one of the two pays the timeout when Redis is down. */
  readonly shared: SharedCache;
  readonly waitUntil: (work: Promise<unknown>) => void;
}

/** Callers kept in each of two generations; one takes about 300 bytes. */
const MOST_CALLERS = 5_000;

/** The allowances of all recent callers of this isolate. */
export class RateLimiter {
  readonly #options: RateLimiterOptions;
  readonly #allowances = new RecentMap<RateAllowance>(MOST_CALLERS);

  constructor(options: RateLimiterOptions) {
    this.#options = options;
  }

  /** Counts one request. Null if this kind of caller is not limited; a promise only if it has to wait for Redis. */
  spend(kind: Limited, account: string, emit: Emit): MaybePromise<Standing | null> {
    const limit = this.#options.limits[kind];
    return limit === null ? null : this.#allowanceOf(kind, account, limit).spend(emit);
  }

  /** Undoes a `spend` that was admitted. */
  giveBack(kind: Limited, account: string): void {
    this.#allowances.get(nameOf(kind, account))?.giveBack();
  }

  #allowanceOf(kind: Limited, account: string, limit: RateLimit): RateAllowance {
    const name = nameOf(kind, account);
    const known = this.#allowances.get(name);
    if (known !== undefined) return known;
    const { clock, counter } = this.#options;
    const report = counter === null
      ? null
      : (requests: number, emit: Emit) =>
        this.#report(counter, { key: this.#keyOf(kind, account), limit, requests }, emit);
    const allowance = new RateAllowance({ clock, name: kind, limit, report });
    this.#allowances.set(name, allowance);
    return allowance;
  }

  #report(counter: RateCounter, counting: Counting, emit: Emit): Promise<Counted | undefined> {
    const reported = this.#options.shared.attempt("count", () => counter.add(counting), (event) => {
      // Not logged while the breaker is open: it would repeat for each request.
      if (event.type !== "shared_skipped") emit(event);
    });
    this.#options.waitUntil(reported);
    return reported;
  }

  /** The key under which a caller is counted in Redis: it contains no id and no address. */
  #keyOf(kind: Limited, account: string): string {
    const { hash, salt } = this.#options;
    return `${kind}:${hash(`${salt}\n${account}`).slice(0, 32)}`;
  }
}

function nameOf(kind: Limited, account: string): string {
  return `${kind}:${account}`;
}
