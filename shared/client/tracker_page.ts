/** What the tracker uses of the page that it runs in. Tests bring their own. */
export interface TrackerPage {
  now(): number;
  /** Milliseconds since some moment; changes of the device's time do not move it. */
  elapsed(): number;
  /** At least 0, less than 1. */
  random(): number;
  /** Runs once, after a time; the result cancels it. */
  after(milliseconds: number, run: () => void): () => void;
  /** @param on.leave the page was hidden, or is being left; the result stops listening */
  listen(on: { readonly leave: () => void; readonly online: () => void }): () => void;
  /** Runs while no other tab of this origin does under this name, where the browser has locks. */
  alone(name: string, run: () => Promise<void>): Promise<void>;
}

interface Target {
  addEventListener(type: string, listener: () => void): void;
  removeEventListener(type: string, listener: () => void): void;
}

/** Globals of browsers; other runtimes have some of them. */
interface Globals extends Partial<Target> {
  readonly document?: Target & { readonly visibilityState: string };
  readonly navigator?: { readonly locks?: { request(name: string, run: () => Promise<void>): Promise<unknown> } };
}

/** The page, or where there is none, the parts of it that the runtime has. */
export function browserPage(): TrackerPage {
  const globals = globalThis as unknown as Globals;
  return {
    now: () => Date.now(),
    elapsed: () => performance.now(),
    random: () => Math.random(),
    after(milliseconds, run) {
      const timer = setTimeout(run, milliseconds);
      return () => clearTimeout(timer);
    },
    listen({ leave, online }) {
      const hide = () => {
        if (globals.document?.visibilityState === "hidden") leave();
      };
      globals.document?.addEventListener("visibilitychange", hide);
      globals.addEventListener?.("pagehide", leave);
      globals.addEventListener?.("online", online);
      return () => {
        globals.document?.removeEventListener("visibilitychange", hide);
        globals.removeEventListener?.("pagehide", leave);
        globals.removeEventListener?.("online", online);
      };
    },
    async alone(name, run) {
      let is_begun = false;
      const once = () => {
        is_begun = true;
        return run();
      };
      try {
        await (globals.navigator?.locks?.request(name, once) ?? once());
      } catch (error) {
        if (is_begun) throw error;
        // Some pages may not use locks. Without them two tabs may send an event twice, which the server notices.
        await once();
      }
    },
  };
}

/** The browser's own storage; null where there is none, or where the page may not use it. */
export function browserStorage(): Storage | null {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null;
  }
}

/** A random UUID, also on pages without TLS, where browsers have no `crypto.randomUUID`. */
export function newId(): string {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  const hex = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join(
    "",
  );
  return hex.replace(/(.{8})(.{4}).(.{3}).(.{3})(.{12})/, "$1-$2-4$3-8$4-$5");
}
