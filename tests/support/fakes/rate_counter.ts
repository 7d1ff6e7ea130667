import type { Clock } from "../../../shared/kernel/ports.ts";
import type { Counted, Counting, RateCounter } from "../../../shared/limits/rate_counter.ts";
import { FakeClock, settle } from "./clock.ts";

/** A Redis that counts in fixed windows for any number of isolates; it can fall silent, and records its calls. */
export class FakeRateCounter implements RateCounter {
  clock: Clock;
  readonly told: Counting[] = [];
  readonly counts = new Map<string, number>();
  is_down = false;

  constructor(clock: Clock = new FakeClock()) {
    this.clock = clock;
  }

  async add(counting: Counting): Promise<Counted> {
    this.told.push(counting);
    await settle();
    if (this.is_down) throw new Error("down");
    const counted = this.count(counting);
    await settle();
    return counted;
  }

  /** The atomic step in Redis. */
  count({ key, limit, requests }: Counting): Counted {
    const length = limit.seconds * 1_000;
    const ends_at = (Math.floor(this.clock.now() / length) + 1) * length;
    const used = (this.counts.get(`${key} ${ends_at}`) ?? 0) + requests;
    this.counts.set(`${key} ${ends_at}`, used);
    return { used: Math.min(used, limit.requests), ends_at };
  }
}
