import { sourceUnavailable } from "../kernel/app_error.ts";
import type { SharedCache } from "../cache/shared_cache.ts";
import type { Clock } from "../kernel/ports.ts";
import { type GuardedSource, guardServer, guardSource, type ReadAbout } from "./guarded_source.ts";
import { newest } from "./replica_choice.ts";
import { ReplicatedSource } from "./replicated_source.ts";
import { LONGEST_STALE_MS } from "./reuse.ts";
import type { Servers } from "./server.ts";
import type { Source, SourceAnswer, SourceRequest } from "./source.ts";
import { LAST, ViewPointer } from "./view_pointer.ts";

/** What the read path asks for rows and for versions. */
export interface Asking {
  readonly source: Pick<GuardedSource, "readPerson"> & {
    read(view: string, request: SourceRequest, about: ReadAbout): Promise<SourceAnswer>;
  };
  /** The versions that public answers go by. */
  readonly pointer: ViewPointer;
  /** The versions that the primary reports; `pointer` itself without replicas. */
  readonly primary_pointer: ViewPointer;
  /** Each of the two once. */
  readonly pointers: readonly ViewPointer[];
  /** Null without replicas. */
  readonly replicated: ReplicatedSource | null;
}

/** Where the primary's history is, for a day. */
const HISTORY = "history";

export interface AskingParts {
  readonly source: Source;
  /** Null without replicas. */
  readonly servers: Servers | null;
  readonly clock: Clock;
  readonly shared: SharedCache;
  readonly waitUntil: (work: Promise<unknown>) => void;
}

/** Puts limits, pointers, and where there are replicas the choice among servers, before the database. */
export function connectSource({ source: whole, servers, ...rest }: AskingParts): Asking {
  if (servers !== null) return connectServers(whole, servers, rest);
  const source = guardSource(whole, rest.clock);
  const pointer = new ViewPointer({ ...rest, source });
  return { source, pointer, primary_pointer: pointer, pointers: [pointer], replicated: null };
}

function connectServers(whole: Source, servers: Servers, rest: Omit<AskingParts, "source" | "servers">): Asking {
  const { clock } = rest;
  async function states() {
    const at = clock.now();
    const answer = await servers.primary.states();
    replicated.sighted(answer.server, at);
    return answer.states;
  }
  const primary = guardSource({
    states,
    read: (view, request) => whole.read(view, request),
    readPerson: (view, request, reading) => whole.readPerson(view, request, reading),
  }, clock);
  // What the primary has reported, no answer may be older than.
  const primary_pointer: ViewPointer = new ViewPointer({
    ...rest,
    source: primary,
    tell: (reported) => pointer.learn(reported),
  });
  const replicated: ReplicatedSource = new ReplicatedSource({
    clock,
    primary,
    reads: guardServer(servers.reads, clock),
    lookAtPrimary: (emit) => primary_pointer.renew(clock.now(), emit).catch(() => {}),
    remembered: {
      async read(emit) {
        const found = await rest.shared.read(HISTORY, emit);
        return found.kind === "value" ? found.value : null;
      },
      write(value, emit) {
        rest.waitUntil(rest.shared.commit([{ key: HISTORY, value, milliseconds: LONGEST_STALE_MS }], null, emit));
      },
    },
    waitUntil: rest.waitUntil,
  });
  const pointer: ViewPointer = new ViewPointer({
    ...rest,
    name: "reads",
    remembers: [LAST],
    source: {
      async states({ seen, emit }) {
        const asked_at = clock.now();
        const reported = await replicated.states(newest(seen, primary_pointer.known()), emit);
        if (reported !== null) return reported;
        await primary_pointer.renew(asked_at, emit);
        const known = await primary_pointer.current(emit);
        if (!known.is_confirmed) throw sourceUnavailable("neither the read address nor the primary answers");
        return known.states;
      },
    },
  });
  return {
    source: {
      read: (view, request, about) => replicated.read(view, request, about),
      readPerson: (view, request, about) => primary.readPerson(view, request, about),
    },
    pointer,
    primary_pointer,
    pointers: [pointer, primary_pointer],
    replicated,
  };
}
