import type { QueuedText } from "./event_queue.ts";

/** What `track_batch` takes in one call. */
export const MOST_EVENTS = 500;
/** The server measures the events as it writes them, with a blank after each comma and colon. */
export const MOST_BYTES = 262_144;
/**
 * A browser lets 64 KiB of requests with `keepalive` be under way, and other code of the page may send some. More are
 * refused as if the network had failed.
 */
export const MOST_BYTES_ON_LEAVING = 60_000;

/**
 * The first events that fit into a request. With `takes_any` an event that is too large by itself is sent alone, and the
 * server decides about it; without, it is left out.
 */
export function cutBatch(
  events: Iterable<QueuedText>,
  { most_events, most_bytes, takes_any }: {
    readonly most_events: number;
    readonly most_bytes: number;
    readonly takes_any: boolean;
  },
): { readonly batch: readonly QueuedText[]; readonly bytes: number } {
  const batch: QueuedText[] = [];
  // The brackets.
  let bytes = 2;
  for (const event of events) {
    const more = bytesOf(event.text) + 2;
    const fits = bytes + more <= most_bytes;
    if (fits || (takes_any && batch.length === 0)) {
      batch.push(event);
      bytes += more;
    }
    if (batch.length >= most_events || (takes_any && !fits)) break;
  }
  return { batch, bytes };
}

/** At least as many bytes as the server counts: blanks are added inside of texts, too. */
function bytesOf(json: string): number {
  return new TextEncoder().encode(json.replaceAll(/[,:]/g, "$& ")).length;
}

/** The body of a call. What the storage holds goes in as it is, so that even a damaged event gets an answer. */
export function bodyOf(batch: readonly QueuedText[]): string {
  return `{"events":[${batch.map(({ text }) => text).join(",")}]}`;
}
