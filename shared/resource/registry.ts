import type { Resource } from "./resource.ts";

/** Every resource of the API by its full name; a module is loaded with the first request for it. */
export type Registry = Readonly<Record<string, () => Promise<Resource>>>;

/** Loads every resource: for the catalog and the API's description. */
export function loadAll(registry: Registry): Promise<readonly Resource[]> {
  return Promise.all(Object.values(registry).map((load) => load()));
}
