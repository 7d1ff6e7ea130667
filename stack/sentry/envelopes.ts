import { z } from "zod";

const header = z.record(z.string(), z.unknown());

/** The content of one request of the SDK: a header, and items that are a header and a payload each. */
const envelope = z.tuple([header, z.array(z.tuple([header, z.unknown()]))]).transform(([header, items]) => ({
  header,
  items: items.map(([header, payload]) => ({ header, payload })),
}));

export type Envelope = z.infer<typeof envelope>;

/**
 * Every envelope that Spotlight holds (the last 500), oldest first, and those that come while it is read.
 * It ends when the caller stops reading, or when the signal is aborted.
 *
 * @example Wait for an event of one job
 * ```ts ignore
 * for await (const { items } of readEnvelopes(spotlight.url, AbortSignal.timeout(5000))) { … }
 * ```
 */
export async function* readEnvelopes(spotlightUrl: string, signal?: AbortSignal): AsyncGenerator<Envelope> {
  try {
    const response = await fetch(`${spotlightUrl}/stream`, signal === undefined ? {} : { signal });
    if (response.body === null) return;
    let rest = "";
    for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
      const blocks = (rest + text).split("\n\n");
      rest = blocks.pop() ?? "";
      for (const block of blocks) {
        const data = block.split("\n").filter((line) => line.startsWith("data:")).map((line) => line.slice(5)).join(
          "\n",
        );
        if (data !== "") yield envelope.parse(JSON.parse(data));
      }
    }
  } catch (error) {
    if (!signal?.aborted) throw error;
  }
}
