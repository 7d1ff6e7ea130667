import { type Client, createBareClient, type FreshetOptions } from "./client.ts";
import { type Packs, packsOf } from "./packs.ts";

/** Every resource of the API as a method of its pack, and the client that they share. */
export interface Freshet extends Client, Packs {}

/**
 * The typed client of the analytics API.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const answer = { data: [{ p50: 71 }], meta: { row_count: 1 } };
 * const fetch = () => Promise.resolve(Response.json(answer));
 * const freshet = createFreshet({ url: "https://example.supabase.co", key: "sb_publishable_…", fetch });
 * const { data } = await freshet.arena.laneDistributions({ challenge_id: "…" });
 * assert.equal(data[0]?.p50, 71);
 * ```
 */
export function createFreshet(options: FreshetOptions): Freshet {
  const client = createBareClient(options);
  return { ...client, ...packsOf(client) };
}
