import { isUnavailable, sourceUnavailable } from "../kernel/app_error.ts";
import { Breaker } from "../kernel/breaker.ts";
import type { Clock } from "../kernel/ports.ts";
import { Semaphore } from "../kernel/semaphore.ts";
import type { Emit } from "../cache/event.ts";
import type { PersonReading, Source, SourceAnswer, SourceRequest } from "./source.ts";
import type { Server, ServerStates } from "./server.ts";
import type { ViewStateMap } from "./view_state.ts";

/** A read that takes this long is reported: a view is read in milliseconds. */
const SLOW_MS = 1_000;

/** What a read is for, besides its question. */
export interface ReadAbout {
  readonly emit: Emit;
  /** The newest states that this isolate has seen: no older answer may be given. */
  readonly seen: ViewStateMap;
  readonly rests_on_rights: boolean;
}

/** The source behind its limit and its breaker. Times of reads are without the time in the queue. */
export interface GuardedSource {
  states(): Promise<ViewStateMap>;
  read(view: string, request: SourceRequest, about: Pick<ReadAbout, "emit">): Promise<SourceAnswer>;
  readPerson(
    view: string,
    request: SourceRequest,
    about: { readonly reading: PersonReading; readonly emit: Emit },
  ): Promise<SourceAnswer>;
}

/** A server that answers GET, behind its limit and its breaker. */
export interface GuardedServer {
  states(): Promise<ServerStates>;
  read(view: string, request: SourceRequest, emit: Emit): ReturnType<Server["read"]>;
}

/**
 * Puts a limit and a breaker before the source: at most 8 concurrent reads of one isolate and 64 in the queue, and after 5
 * unanswered queries a pause of 2 s in which no request waits for a timeout. The query for current versions is one for all
 * requests, and bypasses the queue: behind a crowd it would come too late, and rows that were revoked would be shown
 * meanwhile.
 */
export function guardSource(source: Source, clock: Clock): GuardedSource {
  const { ask, run, timed } = guard(clock, { failures: 5, open_ms: 2_000 });
  return {
    states: () => ask(() => source.states()),
    read: (view, request, { emit }) => run(() => timed(() => source.read(view, request), emit)),
    readPerson: (view, request, { reading, emit }) =>
      run(() => timed(() => source.readPerson(view, request, reading), emit)),
  };
}

/**
 * The same for the read address. Its pause is longer, because the primary answers meanwhile, and comes sooner: each failure
 * has cost a caller the time limit.
 */
export function guardServer(server: Server, clock: Clock): GuardedServer {
  const { ask, run, timed } = guard(clock, { failures: 3, open_ms: 10_000 });
  return {
    states: () => ask(() => server.states()),
    read: (view, request, emit) => run(() => timed(() => server.read(view, request), emit)),
  };
}

function guard(clock: Clock, { failures, open_ms }: { readonly failures: number; readonly open_ms: number }) {
  const semaphore = new Semaphore({ permits: 8, queue: 64 });
  const breaker = new Breaker({ clock, failures, open_ms });

  async function ask<T>(question: () => Promise<T>): Promise<T> {
    // Checked inside the permit: requests queued behind a dead source then fail at once instead of after one timeout each.
    if (!breaker.allows()) throw sourceUnavailable("the source's breaker is open");
    try {
      const answer = await question();
      breaker.succeeded();
      return answer;
    } catch (error) {
      // A refusal is an answer: the source is up.
      if (isUnavailable(error)) breaker.failed();
      else breaker.succeeded();
      throw error;
    }
  }

  function run<T>(question: () => Promise<T>): Promise<T> {
    return semaphore.run(() => ask(question), () => sourceUnavailable("too many questions wait for the source"));
  }

  /** Also for a read that fails: the caller has waited as long for it. */
  async function timed<T>(question: () => Promise<T>, emit: Emit): Promise<T> {
    const began = clock.monotonic();
    try {
      return await question();
    } finally {
      const milliseconds = Math.round(clock.monotonic() - began);
      if (milliseconds >= SLOW_MS) emit({ type: "source_slow", milliseconds });
    }
  }

  return { ask, run, timed };
}
