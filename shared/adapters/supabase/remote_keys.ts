import { z } from "zod";
import { sourceUnavailable } from "../../kernel/app_error.ts";
import type { Clock } from "../../kernel/ports.ts";

const keySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) });

export type KeySet = z.output<typeof keySet>;

/** The keys by which a token that names this key is verified. @throws AppError SOURCE_UNAVAILABLE when none were ever fetched. */
export type RemoteKeys = (kid: string | undefined) => Promise<KeySet>;

/** Keys older than this are fetched again before they are used, where they can be. */
const FRESH_MS = 600_000;
/** After this they are not used any more: by then a key that was withdrawn should be, too. */
const LONGEST_MS = 86_400_000;
/** Between two fetches, however they end: tokens with made up key ids must not become as many fetches. */
const COOLDOWN_MS = 30_000;
/** The same while there are no keys, and nobody could sign in meanwhile. */
const EMPTY_COOLDOWN_MS = 2_000;
const FETCH_MS = 2_000;

/**
 * The token keys of an endpoint. `jose` has the same, but for an endpoint that does not answer: it then refuses also the keys
 * that it knows, after ten minutes, and fetches again for each token of an unknown one.
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
      known = { set: keySet.parse(await response.json()), fetched_at: clock.now() };
    } catch {
      // What is known stands in, as long as it may.
    }
  }

  function usable(for_ms: number): KeySet | null {
    return known !== null && clock.now() - known.fetched_at < for_ms ? known.set : null;
  }

  return async (kid) => {
    const fresh = usable(FRESH_MS);
    if (fresh !== null && (kid === undefined || fresh.keys.some((key) => key["kid"] === kid))) return fresh;
    const cooldown_ms = usable(LONGEST_MS) === null ? EMPTY_COOLDOWN_MS : COOLDOWN_MS;
    // Those who come during a fetch wait for it: it may bring the key that they name.
    if (underway !== null || clock.now() - tried_at >= cooldown_ms) {
      await (underway ??= refresh().finally(() => void (underway = null)));
    }
    const set = usable(LONGEST_MS);
    if (set === null) throw sourceUnavailable("the token keys could not be fetched");
    return set;
  };
}
