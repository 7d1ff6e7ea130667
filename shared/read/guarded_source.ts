import { isUnavailable, sourceUnavailable } from "../kernel/app_error.ts";
import { Breaker } from "../kernel/breaker.ts";
import type { Clock } from "../kernel/ports.ts";
import { Semaphore } from "../kernel/semaphore.ts";
import type { Emit } from "../cache/event.ts";
import type { PersonReading, Source, SourceAnswer, SourceRequest } from "./source.ts";
import type { Server, ServerAnswer, ServerStates } from "./server.ts";
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
  /** Null for a question that is too long for a URL. */
  read(view: string, request: SourceRequest, emit: Emit): Promise<ServerAnswer | null>;
}

/**
 * Puts a limit and a breaker before the source: at most 8 concurrent reads of one isolate and 64 in the queue, and after 5
 * unanswered queries a pause of 2 s in which no request waits for a timeout. The query for current versions is one for all
 * requests, and bypasses the queue: behind a crowd it would come too late, and rows that were revoked would be shown
 * meanwhile.
 */
export function guardSource(source: Source, clock: Clock): GuardedSource {
  const breaker = new Breaker({ clock, failures: 5, open_ms: 2_000 });
  const { run, timed } = queue(clock);
  // A refusal is an answer: the source is up.
  const failed = (error: unknown) => isUnavailable(error) ? breaker.failed() : breaker.succeeded();
  const ask = <T>(question: () => Promise<T>) => askBehind(breaker, question, { failed });
  return {
    states: () => ask(() => source.states()),
    read: (view, request, { emit }) => run(() => ask(() => timed(() => source.read(view, request), emit))),
    readPerson: (view, request, { reading, emit }) =>
      run(() => ask(() => timed(() => source.readPerson(view, request, reading), emit))),
  };
}

/**
 * The same for the read address. Its pause is longer, because the primary answers meanwhile, and comes sooner: each failure
 * has cost a caller the time limit. Here a refusal is a failure, too: the primary is asked again whatever it was. Versions and
 * rows have a breaker each, since a server that reports its versions may be too busy for rows: what fails counts for both,
 * what succeeds for itself.
 */
export function guardServer(server: Server, clock: Clock): GuardedServer {
  const states = new Breaker({ clock, ...OF_SERVERS });
  const rows = new Breaker({ clock, ...OF_SERVERS });
  const failed = () => {
    states.failed();
    rows.failed();
  };
  const { run, timed } = queue(clock);
  const ask = <T>(breaker: Breaker, question: () => Promise<T>) => askBehind(breaker, question, { failed });
  return {
    states: () => ask(states, () => server.states()),
    async read(view, request, emit) {
      if (!server.fits(view, request)) return null;
      return await run(() => ask(rows, () => timed(() => server.read(view, request), emit)));
    },
  };
}

const OF_SERVERS = { failures: 3, open_ms: 10_000 };

async function askBehind<T>(
  breaker: Breaker,
  question: () => Promise<T>,
  { failed }: { readonly failed: (error: unknown) => void },
): Promise<T> {
  if (!breaker.allows()) throw sourceUnavailable("the source's breaker is open");
  try {
    const answer = await question();
    breaker.succeeded();
    return answer;
  } catch (error) {
    failed(error);
    throw error;
  }
}

/** The line before a source. Breakers are checked inside it: those who waited for a dead source then fail at once. */
function queue(clock: Clock) {
  const semaphore = new Semaphore({ permits: 8, queue: 64 });

  function run<T>(question: () => Promise<T>): Promise<T> {
    return semaphore.run(question, () => sourceUnavailable("too many questions wait for the source"));
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

  return { run, timed };
}
