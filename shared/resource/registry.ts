import type { Resource } from "./resource.ts";

/** Every resource that the API serves, by its full name, loaded when it is asked for. */
export type Registry = Readonly<Record<string, () => Promise<Resource>>>;

/** All of them: for what describes the whole API. */
export function loadAll(registry: Registry): Promise<readonly Resource[]> {
  return Promise.all(Object.values(registry).map((load) => load()));
}
