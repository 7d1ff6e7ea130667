import { schemaHash } from "./cache_key.ts";
import { type Asking, connectSource } from "./asking.ts";
import type { Clock, Hash } from "../kernel/ports.ts";
import type { Renderers } from "./renderer.ts";
import { ReadyStates } from "./readiness.ts";
import type { Resource } from "../resource/resource.ts";
import type { Servers } from "./server.ts";
import { SharedCache } from "../cache/shared_cache.ts";
import { SingleFlight } from "../kernel/single_flight.ts";
import type { Source } from "./source.ts";
import type { SharedStore } from "../cache/shared_store.ts";
import type { MemoryStore } from "./memory_store.ts";
import type { Fetched } from "./miss.ts";

/** The dependencies of the read path; everything outside the process is reached through them. */
export interface ReaderParts {
  readonly clock: Clock;
  readonly hash: Hash;
  readonly memory: MemoryStore;
  /** Null without Redis: the product then runs on memory alone. */
  readonly shared: SharedStore | null;
  readonly source: Source;
  /** The addresses of a database with replicas; left out, `source` answers everything. */
  readonly servers?: Servers | null;
  readonly renderers: Renderers;
  readonly waitUntil: (work: Promise<unknown>) => void;
  /** Identifies this deployment among those that share one Redis. */
  readonly deployment: string;
}

/** One isolate's read path: its dependencies, and the state that lives as long as the isolate. */
export interface Reader extends Omit<ReaderParts, "shared" | "source" | "servers" | "deployment">, Asking {
  readonly shared: SharedCache;
  readonly ready: ReadyStates;
  readonly flights: SingleFlight<Fetched>;
  readonly schemaOf: (resource: Resource) => string;
  /** A unique token for a lock. */
  readonly newToken: () => string;
}

export function createReader(parts: ReaderParts): Reader {
  const { clock, hash, waitUntil } = parts;
  const prefix = `freshet:${hash(parts.deployment).slice(0, 8)}:`;
  const shared = new SharedCache(parts.shared, { clock, prefix });
  const asking = connectSource({ source: parts.source, servers: parts.servers ?? null, clock, shared, waitUntil });
  const schemas = new Map<Resource, string>();

  function schemaOf(resource: Resource): string {
    const known = schemas.get(resource);
    if (known !== undefined) return known;
    const schema = schemaHash(resource, hash);
    schemas.set(resource, schema);
    return schema;
  }

  return {
    ...parts,
    ...asking,
    shared,
    ready: new ReadyStates(hash),
    flights: new SingleFlight<Fetched>(),
    schemaOf,
    newToken: () => crypto.randomUUID(),
  };
}
