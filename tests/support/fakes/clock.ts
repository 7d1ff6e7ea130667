import { setImmediate } from "node:timers";
import type { Clock } from "../../../shared/kernel/ports.ts";

/** A clock that moves only when a test moves it, or when code sleeps. */
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

  /** Returns at once, but after all ready tasks have run, as they would during a real pause. */
  async sleep(milliseconds: number): Promise<void> {
    this.advance(milliseconds);
    await settle();
  }
}

/** Lets all ready tasks run. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
