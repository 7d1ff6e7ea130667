import { z } from "zod";
import { sourceUnavailable } from "../../kernel/app_error.ts";
import type { Clock } from "../../kernel/ports.ts";

const key = z.looseObject({ kty: z.string() });
const published = z.object({ keys: z.array(z.unknown()) });

/** Token keys, each with at least its type. */
export interface KeySet {
  readonly keys: z.output<typeof key>[];
}

/** The keys that verify a token which names this key id. @throws AppError SOURCE_UNAVAILABLE when no keys were ever fetched. */
export type RemoteKeys = (kid: string | undefined) => Promise<KeySet>;

/** Keys older than this are fetched again before they are used, if the endpoint answers. */
const FRESH_MS = 600_000;
/** After this they are no longer used: a withdrawn key must stop working some time. */
const LONGEST_MS = 86_400_000;
/** Between two fetches, successful or not: tokens with invented key ids must not cause a fetch each. */
const COOLDOWN_MS = 30_000;
/** The same while there are no keys: until then no token can be verified. */
const EMPTY_COOLDOWN_MS = 2_000;
const FETCH_MS = 2_000;
/** Issuers publish some KB. Without a limit, an endpoint that sends without end would fill this isolate's memory. */
const MOST_BYTES = 262_144;

/**
 * The token keys of an endpoint. `jose` has the same, except when the endpoint does not answer: after ten minutes it then
 * refuses also the keys that it knows, and fetches again for each token with an unknown key.
 */
export function createRemoteKeys(
  url: URL,
  { clock, fetch = globalThis.fetch }: { readonly clock: Clock; readonly fetch?: typeof globalThis.fetch },
): RemoteKeys {
  let underway: Promise<void> | null = null;
  let known: { readonly set: KeySet; readonly fetched_at: number } | null = null;
  let tried_at = -Infinity;

  async function refresh(): Promise<void> {
    tried_at = clock.now();
    try {
      const response = await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(FETCH_MS) });
      if (!response.ok) return void await response.body?.cancel();
      known = { set: keySetOf(JSON.parse(await limitedText(response))), fetched_at: clock.now() };
    } catch {
      // The known keys are used instead, until they are too old.
    }
  }

  function usable(for_ms: number): KeySet | null {
    return known !== null && clock.now() - known.fetched_at < for_ms ? known.set : null;
  }

  return async (kid) => {
    const fresh = usable(FRESH_MS);
    if (fresh !== null && (kid === undefined || fresh.keys.some((key) => key["kid"] === kid))) return fresh;
    const cooldown_ms = usable(LONGEST_MS) === null ? EMPTY_COOLDOWN_MS : COOLDOWN_MS;
    // Requests during a fetch wait for it: it may bring the key that their token names.
    if (underway !== null || clock.now() - tried_at >= cooldown_ms) {
      await (underway ??= refresh().finally(() => void (underway = null)));
    }
    const set = usable(LONGEST_MS);
    if (set === null) throw sourceUnavailable("the token keys could not be fetched");
    return set;
  };
}

/** Entries that are no keys are left out: one of them must not make the others unusable. */
function keySetOf(answer: unknown): KeySet {
  return { keys: published.parse(answer).keys.flatMap((one) => key.safeParse(one).data ?? []) };
}

/** Leaving the loop ends the transfer. @throws Error for a body over the limit */
async function limitedText({ body }: Response): Promise<string> {
  const chunks: BlobPart[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    length += chunk.byteLength;
    if (length > MOST_BYTES) throw new RangeError(`token keys of more than ${MOST_BYTES} bytes`);
    chunks.push(chunk);
  }
  return await new Blob(chunks).text();
}
