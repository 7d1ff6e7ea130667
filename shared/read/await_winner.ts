import type { Entry } from "./entry.ts";
import type { Miss } from "./miss.ts";
import type { Reader } from "./reader.ts";
import { isReusable } from "./reuse.ts";
import { readSharedEntry } from "./shared_entry.ts";

/** Six looks in about 180 ms: a read takes a few, and no request may wait longer than 200 ms for an isolate that has died. */
const LOOKS = 6;
const PAUSE_MS = 30;

/** Waits for the isolate that holds the lock. Null means: stop waiting and ask the source. */
export async function awaitWinner(reader: Reader, miss: Miss): Promise<Entry | null> {
  const began = reader.clock.now();
  for (let look = 0; look < LOOKS; look += 1) {
    // Jitter: otherwise all waiting isolates would look, and then query the source, at the same instant.
    await reader.clock.sleep(PAUSE_MS * (0.75 + Math.random() / 2));
    const read = await readSharedEntry(reader, miss, miss.key);
    // The winner is about to replace an entry that is past its reuse bound.
    const found = read.kind === "entry" && isReusable(miss.question.resource, read.entry, reader.clock.now());
    if (!found && read.kind !== "unavailable") continue;
    miss.emit({ type: "waited", milliseconds: reader.clock.now() - began, found });
    return found ? read.entry : null;
  }
  miss.emit({ type: "waited", milliseconds: reader.clock.now() - began, found: false });
  return null;
}
