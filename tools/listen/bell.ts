/** Wakes one waiter. A ring before the wait is kept; several are one. */
export interface Bell {
  ring(): void;
  /** Resolves at the next ring, after the time, or when the signal is aborted. */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>;
}

export function createBell(): Bell {
  let has_rung = false;
  let wake = () => {};
  return {
    ring() {
      has_rung = true;
      wake();
    },
    async wait(milliseconds, signal) {
      if (!has_rung && !signal.aborted) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(done, milliseconds);
          signal.addEventListener("abort", done);
          wake = done;
          function done() {
            clearTimeout(timer);
            signal.removeEventListener("abort", done);
            resolve();
          }
        });
      }
      has_rung = false;
    },
  };
}
