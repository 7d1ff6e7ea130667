import type { Log } from "../core/log.ts";
import { waitUntil } from "./background.ts";

/** A write costs more than all the rest of a cache hit, and the platform takes 100 in ten seconds: this is its pace. */
const WAIT_MS = 100;

/** The platform cuts a message after 10,000 characters. */
const LONGEST_TEXT = 9_900;

const ENDINGS = ["beforeunload", "unload"] as const;

/**
 * Writes lines in the order in which they came: those that may wait together, at most 100 ms later, and one that may not
 * at once, after those before it. Nothing that waits is lost when the runtime ends the isolate: it is asked to stay, and
 * says so when it will not.
 */
export function bufferLines(write: (text: string) => void): Log {
  let waiting = "";
  let settle: (() => void) | null = null;

  function flush(): void {
    const text = waiting;
    waiting = "";
    settle?.();
    settle = null;
    if (text !== "") write(text);
  }

  function flushLater(): void {
    const timer = setTimeout(flush, WAIT_MS);
    for (const ending of ENDINGS) addEventListener(ending, flush);
    const { promise, resolve } = Promise.withResolvers<void>();
    waitUntil(promise);
    settle = () => {
      clearTimeout(timer);
      for (const ending of ENDINGS) removeEventListener(ending, flush);
      resolve();
    };
  }

  return (line, pace) => {
    if (waiting.length + 1 + line.length > LONGEST_TEXT) flush();
    waiting = waiting === "" ? line : `${waiting}\n${line}`;
    if (pace === "now") flush();
    else if (settle === null) flushLater();
  };
}
