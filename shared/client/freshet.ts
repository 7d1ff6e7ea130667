import { type Client, createBareClient, type FreshetOptions } from "./client.ts";
import { createExporter, type Exporter } from "./export.ts";
import { type Packs, packsOf } from "./packs.ts";

/** Every resource of the API as a method of its pack, and the client that they share. */
export interface Freshet extends Client, Packs {
  readonly export: Exporter;
}

/**
 * The typed client of the analytics API.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const fetch = () => Promise.resolve(Response.json({ data: [], meta: { row_count: 0 } }));
 * const freshet = createFreshet({ url: "https://example.supabase.co", key: "sb_publishable_…", fetch });
 * // A method for each resource, by the name of its pack; and any resource by its full name.
 * assert.equal(typeof freshet.get, "function");
 * ```
 */
export function createFreshet(options: FreshetOptions): Freshet {
  const client = createBareClient(options);
  return { ...client, ...packsOf(client), export: createExporter(options) };
}
