import type { FreshetOptions } from "./client.ts";
import { FreshetError } from "./failure.ts";
import { sendPatiently } from "./patience.ts";
import { failureOf } from "./reply.ts";
import { transportOf } from "./transport.ts";

/** A resource as the catalog describes it. */
export interface CatalogEntry {
  /** Like "acme/orders-by-day". */
  readonly resource: string;
  readonly summary: string;
  /** The view in schema `analytics` that it reads. */
  readonly view: string;
  readonly access: string;
  /** With access "member": the rows that each role of an organisation reads, as `org` for all of them; null otherwise. */
  readonly roles: Readonly<Record<string, string>> | null;
  readonly formats: readonly ("json" | "csv")[];
  /** Seconds for which an answer may be reused, even if the view has not changed. */
  readonly max_age_seconds: number;
  /** JSON schemas of its parameters, as they are written in a URL, and of a row. */
  readonly params: object;
  readonly row: object;
}

/** All resources. @throws FreshetError; the signal's reason when it aborts */
export type Cataloguer = (options?: { readonly signal?: AbortSignal | undefined }) => Promise<readonly CatalogEntry[]>;

/** The function that reads the catalog, by itself. */
export function createCataloguer(client: FreshetOptions): Cataloguer {
  const transport = transportOf(client);
  return async ({ signal = null } = {}) => {
    const send = () => transport("analytics/catalog", { headers: { accept: "application/json" }, signal });
    const reply = await sendPatiently(send, client, signal);
    if (reply instanceof FreshetError) throw reply;
    const { resources } = (reply.body ?? {}) as { readonly resources?: readonly CatalogEntry[] };
    if (!Array.isArray(resources)) throw failureOf(reply);
    return resources;
  };
}
