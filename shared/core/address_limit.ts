import type { Clock } from "./clock.ts";
import { RateAllowance, type Standing } from "./rate_allowance.ts";
import type { RateLimit } from "./rate_limits.ts";
import { RecentMap } from "./recent_map.ts";

/** Addresses that are remembered, in each of two generations. */
const MOST_ADDRESSES = 1_000;

/** Counts what each address asks without having proved who it is, in this isolate alone. */
export class AddressLimit {
  readonly #limit: RateLimit;
  readonly #clock: Clock;
  readonly #allowances = new RecentMap<RateAllowance>(MOST_ADDRESSES);

  constructor(limit: RateLimit, clock: Clock) {
    this.#limit = limit;
    this.#clock = clock;
  }

  /** Counts one request before it is looked at. */
  async spend(address: string): Promise<Standing> {
    const known = this.#allowances.get(address);
    const allowance = known ??
      new RateAllowance({ clock: this.#clock, name: "unverified", limit: this.#limit, report: null });
    if (known === undefined) this.#allowances.set(address, allowance);
    return await allowance.spend(() => {});
  }

  /** Takes back what was counted for a request that proved itself, or that could not be looked at. */
  giveBack(address: string): void {
    this.#allowances.get(address)?.giveBack();
  }
}
