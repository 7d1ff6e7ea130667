import { setImmediate } from "node:timers";
import type { Clock } from "../../../shared/kernel/ports.ts";

/** Time that moves only when a test, or somebody asleep, moves it. */
export class FakeClock implements Clock {
  #now: number;

  constructor(now: number = Date.parse("2026-11-20T10:00:00Z")) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  advance(milliseconds: number): void {
    this.#now += milliseconds;
  }

  /** Ends at once, but not before everything that is ready has run, as a real pause would let it. */
  async sleep(milliseconds: number): Promise<void> {
    this.advance(milliseconds);
    await settle();
  }
}

/** Lets everything run that waits for nothing. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
