import { messageOf } from "../../stack/stack_error.ts";
import { pause } from "../../stack/pause.ts";
import { live } from "./life.ts";

export interface ListenerOptions {
  /** A database that can be listened to: see listenerUrl(). */
  readonly url: string;
  /** A uuid of this process, so that it recognises a session of its own that it has lost. */
  readonly instance: string;
  readonly heartbeat_ms: number;
  readonly stop: AbortSignal;
  /** Prints one line. */
  readonly say: (line: string) => void;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;

/** Listens until it is stopped, with a new connection whenever one is lost. Never rejects. */
export async function listen(options: ListenerOptions): Promise<void> {
  let pause_ms = FIRST_PAUSE_MS;
  while (!options.stop.aborted) {
    try {
      await live(options, () => pause_ms = FIRST_PAUSE_MS);
    } catch (error) {
      if (options.stop.aborted) break;
      options.say(`disconnected: ${messageOf(error)}; connecting again in ${pause_ms / 1_000} s`);
      await pause(pause_ms, options.stop);
      pause_ms = Math.min(pause_ms * 2, LONGEST_PAUSE_MS);
    }
  }
  options.say("stopped");
}
