import { type Child, logTail } from "./child.ts";
import { pause } from "./pause.ts";
import { messageOf } from "./stack_error.ts";

/** A part that is started again when it dies. */
export interface SupervisedPart {
  /** Its name in messages. */
  readonly name: string;
  readonly logFile: string;
  /** Starts it at the same address and waits until it answers. Rejects, with nothing left running, when it does not. */
  launch(signal: AbortSignal): Promise<Child>;
  /** Called when it answers again. */
  onReturn?(): Promise<void>;
  /** Called once, with a message for the terminal, when it does not stay up. */
  onTrouble?: ((message: string) => void) | undefined;
}

export interface Supervision {
  /** Ends it and starts it again; that is no failure. */
  restart(): Promise<void>;
  /** Ends it for good. Safe to call twice. */
  stop(): Promise<void>;
}

/** A process that ran this long had started well: its end counts as a new failure. */
const CALM_MS = 30_000;
const MOST_FAILURES = 6;

/** Starts a part again whenever it dies: after a quarter of a second, then twice as long each time, and six times in a row at most. */
export function supervise(first: Child, part: SupervisedPart): Supervision {
  let child = first;
  let stopping = new AbortController();
  let watching = watch(stopping.signal);

  async function watch(signal: AbortSignal): Promise<void> {
    for (let failureCount = 0;;) {
      const startedAt = Date.now();
      const { code, signal: by } = await child.ended;
      if (signal.aborted) return;
      if (Date.now() - startedAt > CALM_MS) failureCount = 0;
      let reason = `ended with ${by ?? `code ${code}`}`;
      for (;;) {
        failureCount += 1;
        if (failureCount > MOST_FAILURES) return await giveUp(reason);
        const wait = 250 * 2 ** (failureCount - 1);
        note(part.logFile, `${reason}, starts again in ${wait} ms`);
        await pause(wait, signal);
        if (signal.aborted) return;
        try {
          child = await part.launch(signal);
          break;
        } catch (error) {
          reason = messageOf(error);
        }
      }
      if (signal.aborted) return await child.stop(); // it started while it was being stopped
      await part.onReturn?.().catch((error) => note(part.logFile, messageOf(error)));
    }
  }

  async function giveUp(reason: string): Promise<void> {
    const said = [reason.split("\n")[0] ?? "", ...(await logTail(part.logFile, 8)).split("\n")].join("\n    ");
    note(part.logFile, `died ${MOST_FAILURES + 1} times in a row and stays down`);
    part.onTrouble?.(
      `${part.name} died ${
        MOST_FAILURES + 1
      } times in a row and stays down. The end of ${part.logFile}:\n    ${said}\n` +
        "  → mend what the log names, then stop the stack and start it again",
    );
  }

  async function end(): Promise<void> {
    stopping.abort();
    await child.stop();
    await watching;
  }
  return {
    async restart() {
      await end();
      stopping = new AbortController();
      child = await part.launch(stopping.signal);
      watching = watch(stopping.signal);
    },
    stop: end,
  };
}

function note(logFile: string, text: string): void {
  try {
    Deno.writeTextFileSync(logFile, `[stack] ${new Date().toISOString()} ${text.split("\n")[0]}\n`, { append: true });
  } catch {
    // A full disk: the part is started again all the same.
  }
}
