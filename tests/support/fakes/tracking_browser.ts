import type { KeyValueStorage, TrackerPage } from "../../../shared/client/mod.ts";
import { settle } from "./clock.ts";

/** localStorage, which may refuse to take more. */
export class FakeStorage implements KeyValueStorage {
  readonly items = new Map<string, string>();
  is_full = false;
  /** Of the items, until one is added or removed. */
  #keys: string[] | null = null;

  get length(): number {
    return this.items.size;
  }

  key(index: number): string | null {
    this.#keys ??= [...this.items.keys()];
    return this.#keys[index] ?? null;
  }

  getItem(key: string): string | null {
    return this.items.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    if (this.is_full) throw new DOMException("The quota has been exceeded", "QuotaExceededError");
    if (!this.items.has(key)) this.#keys = null;
    this.items.set(key, value);
  }

  removeItem(key: string): void {
    if (this.items.delete(key)) this.#keys = null;
  }
}

interface Timer {
  readonly due_at: number;
  readonly run: () => void;
}

/** A browser whose time moves only when a test moves it: tabs, their timers, and locks between them. */
export class FakeBrowser {
  readonly storage = new FakeStorage();
  readonly tabs = new Set<FakeTab>();
  has_locks = true;
  #elapsed = 0;
  #began_at = Date.parse("2026-11-30T10:00:00Z");
  #holder: FakeTab | null = null;
  #waiting: { readonly tab: FakeTab; readonly run: () => Promise<void> }[] = [];

  now(): number {
    return this.#began_at + this.#elapsed;
  }

  elapsed(): number {
    return this.#elapsed;
  }

  /** Sets the device's time, as its owner may. */
  setTime(time: number): void {
    this.#began_at = time - this.#elapsed;
  }

  open(): FakeTab {
    const tab = new FakeTab(this);
    this.tabs.add(tab);
    return tab;
  }

  /** Runs all timers that become due, each at its time. */
  async advance(seconds: number): Promise<void> {
    const end = this.#elapsed + seconds * 1_000;
    await settled();
    for (;;) {
      const due = [...this.tabs].flatMap((tab) => [...tab.timers].map((timer) => ({ tab, timer })))
        .filter(({ timer }) => timer.due_at <= end)
        .sort((left, right) => left.timer.due_at - right.timer.due_at)[0];
      if (due === undefined) break;
      this.#elapsed = Math.max(this.#elapsed, due.timer.due_at);
      due.tab.timers.delete(due.timer);
      due.timer.run();
      await settled();
    }
    this.#elapsed = end;
  }

  /** As navigator.locks does: one tab at a time, in the order in which they asked. */
  alone(tab: FakeTab, run: () => Promise<void>): Promise<void> {
    if (!this.has_locks) return run();
    return new Promise((resolve, reject) => {
      this.#waiting.push({ tab, run: () => run().then(resolve, reject) });
      this.#grant();
    });
  }

  /** A tab that is gone holds nothing, and waits for nothing. */
  release(tab: FakeTab): void {
    this.#waiting = this.#waiting.filter((one) => one.tab !== tab);
    if (this.#holder === tab) this.#holder = null;
    this.#grant();
  }

  #grant(): void {
    if (this.#holder !== null) return;
    const next = this.#waiting.shift();
    if (next === undefined) return;
    this.#holder = next.tab;
    void next.run().finally(() => {
      if (this.#holder !== next.tab) return;
      this.#holder = null;
      this.#grant();
    });
  }
}

export class FakeTab implements TrackerPage {
  readonly timers = new Set<Timer>();
  is_alive = true;
  #listeners: Parameters<TrackerPage["listen"]>[0] | null = null;
  readonly #browser: FakeBrowser;

  constructor(browser: FakeBrowser) {
    this.#browser = browser;
  }

  now = () => this.#browser.now();
  elapsed = () => this.#browser.elapsed();
  random = () => 0.5;
  alone = (_name: string, run: () => Promise<void>) => this.#browser.alone(this, run);

  after(milliseconds: number, run: () => void): () => void {
    const timer = { due_at: this.elapsed() + milliseconds, run };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  }

  listen(on: Parameters<TrackerPage["listen"]>[0]): () => void {
    this.#listeners = on;
    return () => this.#listeners = null;
  }

  /** The user turns to another tab. */
  hide(): void {
    this.#listeners?.leave();
  }

  goOnline(): void {
    this.#listeners?.online();
  }

  /** The process of the tab ends: no timer runs, and no response arrives. Requests with keepalive still do. */
  kill(): void {
    this.is_alive = false;
    this.timers.clear();
    this.#listeners = null;
    this.#browser.tabs.delete(this);
    this.#browser.release(this);
  }

  /** The fetch of this tab. */
  fetchOf(serve: (request: Request) => Promise<Response>): typeof globalThis.fetch {
    return async (input, init) => {
      const request = new Request(input, init);
      const unseen = new Promise<never>(() => {});
      try {
        const response = await serve(request);
        return this.is_alive ? response : await unseen;
      } catch (error) {
        if (!this.is_alive) return await unseen;
        throw error;
      }
    };
  }
}

/** All ready tasks, and those that they make ready: a call is several. */
export async function settled(): Promise<void> {
  for (let rounds = 4; rounds > 0; rounds--) await settle();
}
