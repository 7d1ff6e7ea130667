import { messageOf } from "../../stack/stack_error.ts";
import { pause } from "../../stack/pause.ts";
import { live } from "./life.ts";
import type { ListenerOptions } from "./options.ts";

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
