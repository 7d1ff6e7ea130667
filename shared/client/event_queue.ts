/** The part of localStorage that is used. */
export interface KeyValueStorage {
  readonly length: number;
  key(index: number): string | null;
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

export interface QueuedText {
  readonly key: string;
  readonly event_id: string;
  /** The event as JSON. */
  readonly text: string;
}

/**
 * Events that the server has not answered for. Each has a key of its own in the storage, so tabs that share the storage
 * never overwrite each other's events. What the storage refuses is kept in this tab's memory until the storage takes it.
 */
export class EventQueue {
  readonly #storage: KeyValueStorage | null;
  readonly #name: string;
  readonly #memory = new Map<string, string>();

  /** @param name begins every key: events of different projects in one storage are different queues */
  constructor(storage: KeyValueStorage | null, name: string) {
    this.#storage = storage;
    this.#name = name;
  }

  /**
   * @param user without blanks
   * @returns null if the storage took it, otherwise why not
   */
  add(user: string, created_at: string, event_id: string, text: string): { readonly cause: unknown } | null {
    // A key sorts by time, and has the user: no event can be taken for another user's.
    const key = `${this.#prefix(user)}${created_at} ${event_id}`;
    const refusal = this.#store(key, text);
    if (refusal !== null) this.#memory.set(key, text);
    return refusal;
  }

  /** The user's events, the oldest first. They are read one by one: a batch needs only the first of them. */
  *of(user: string): Generator<QueuedText, void, undefined> {
    for (const [key, text] of this.#memory) {
      if (this.#store(key, text) !== null) break;
      this.#memory.delete(key);
    }
    const prefix = this.#prefix(user);
    const keys = [...this.#memory.keys(), ...this.#stored()].filter((key) => key.startsWith(prefix));
    for (const key of keys.sort()) {
      const text = this.#memory.get(key) ?? this.#read(key);
      // Another tab may have removed it since.
      if (text !== null) yield { key, event_id: key.slice(key.lastIndexOf(" ") + 1), text };
    }
  }

  /** @returns whether it was there: not when another call, or another tab, was faster */
  remove(key: string): boolean {
    const was_there = this.#memory.delete(key) || this.#read(key) !== null;
    try {
      this.#storage?.removeItem(key);
    } catch {
      // It is sent again, and is a duplicate for the server.
    }
    return was_there;
  }

  #prefix(user: string): string {
    return `${this.#name} ${user} `;
  }

  #store(key: string, text: string): { readonly cause: unknown } | null {
    if (this.#storage === null) return { cause: null };
    try {
      this.#storage.setItem(key, text);
      return null;
    } catch (cause) {
      return { cause };
    }
  }

  #stored(): string[] {
    try {
      return Array.from({ length: this.#storage?.length ?? 0 }, (_, index) => this.#storage?.key(index) ?? "");
    } catch {
      return [];
    }
  }

  #read(key: string): string | null {
    try {
      return this.#storage?.getItem(key) ?? null;
    } catch {
      return null;
    }
  }
}
