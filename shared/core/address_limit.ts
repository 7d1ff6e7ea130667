import type { Clock } from "./clock.ts";
import { RateAllowance, type Standing } from "./rate_allowance.ts";
import type { RateLimit } from "./rate_limits.ts";
import { RecentMap } from "./recent_map.ts";

/** Addresses that are remembered, in each of two generations. */
const MOST_ADDRESSES = 1_000;

/**
 * Counts what each address was refused, in this isolate alone. What is still being looked at does not count: a batch of
 * pg_net brings two hundred good calls at once, from one address.
 */
export class AddressLimit {
  readonly #limit: RateLimit;
  readonly #clock: Clock;
  readonly #refusals = new RecentMap<RateAllowance>(MOST_ADDRESSES);

  constructor(limit: RateLimit, clock: Clock) {
    this.#limit = limit;
    this.#clock = clock;
  }

  /** Whether another request of this address is looked at. */
  async standing(address: string): Promise<Standing> {
    const refusals = this.#refusalsOf(address);
    const standing = await refusals.spend(() => {});
    if (standing.is_admitted) refusals.giveBack();
    return standing;
  }

  /** Counts one that was refused. */
  async refuse(address: string): Promise<void> {
    await this.#refusalsOf(address).spend(() => {});
  }

  #refusalsOf(address: string): RateAllowance {
    const known = this.#refusals.get(address);
    if (known !== undefined) return known;
    const made = new RateAllowance({ clock: this.#clock, name: "unverified", limit: this.#limit, report: null });
    this.#refusals.set(address, made);
    return made;
  }
}
