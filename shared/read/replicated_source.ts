import type { Emit } from "../cache/event.ts";
import { AppError } from "../kernel/app_error.ts";
import type { Clock } from "../kernel/ports.ts";
import type { GuardedServer, GuardedSource, ReadAbout } from "./guarded_source.ts";
import { judge, LARGEST_LAG_MS, type Left, type Sighting, type Verdict } from "./replica_choice.ts";
import { ReplicaReport } from "./replica_report.ts";
import type { ServerPosition } from "./server.ts";
import type { SourceAnswer, SourceRequest } from "./source.ts";
import type { ViewStateMap } from "./view_state.ts";

export interface ReplicatedSourceParts {
  readonly clock: Clock;
  readonly primary: GuardedSource;
  /** The read address, behind a limit and a breaker of its own. */
  readonly reads: GuardedServer;
  /** Asks the primary now, so that `sighted` is called; resolves also if it does not answer. */
  readonly lookAtPrimary: (emit: Emit) => Promise<void>;
  /** The primary's history, as isolates leave it to others that start while the primary is down. */
  readonly remembered: {
    read(emit: Emit): Promise<string | null>;
    write(history: string, emit: Emit): void;
  };
  /** Keeps work alive after the answer has left. */
  readonly waitUntil: (work: Promise<unknown>) => void;
}

/** How long reads that rest on rights pass by a replica that was found to lag. */
const LAGGING_MS = 1_000;
/** How long a server that does not follow the primary is passed by: it seldom becomes one that does. */
const STRANGER_MS = 10_000;
/** How long the primary's history is believed: one that was restored has a new one, and its old replicas do not. */
const HISTORY_MS = 60_000;
/** How soon a primary that did not answer is asked for it again. */
const SILENCE_MS = 10_000;

/**
 * Reads from the read address, and from the primary whatever that address cannot answer: it is down or slow, older than what
 * this isolate has seen, not following the primary, or not known to be close enough for an answer that rests on rights. An answer comes
 * whole from one server. Every failure of the read address costs its time limit at most, and no failure reaches the caller.
 */
export class ReplicatedSource {
  readonly report = new ReplicaReport();
  readonly #parts: ReplicatedSourceParts;
  #primary: Sighting | null = null;
  #history: string | null = null;
  #written: string | null = null;
  #looked_at = -Infinity;
  #lagging_until = -Infinity;
  #stranger_until = -Infinity;

  constructor(parts: ReplicatedSourceParts) {
    this.#parts = parts;
  }

  /** Remembers what the primary said of itself. `at` is from before it was asked. */
  sighted({ server, position, history }: ServerPosition, at: number): void {
    if (at < (this.#primary?.at ?? -Infinity)) return;
    this.#primary = { server, position, at };
    this.#history = history;
  }

  async read(view: string, request: SourceRequest, about: ReadAbout): Promise<SourceAnswer> {
    const { emit, seen, rests_on_rights } = about;
    const { clock, primary, reads } = this.#parts;
    if (rests_on_rights && clock.now() < this.#lagging_until) return await this.#leave("lagging", view, request, about);
    if (clock.now() < this.#stranger_until) return await this.#leave("stranger", view, request, about);
    const answer = await this.#ask(() => reads.read(view, request, emit));
    if (answer === "down") return await this.#leave("down", view, request, about);
    if (answer === null) return await primary.read(view, request, this.#noted("too_long", about));
    const { server, ...rows } = answer;
    const states = { ...rows.reads, [view]: rows.state };
    const verdict = await this.#judge({ server, states }, { emit, seen, rests_on_rights });
    if (verdict !== "good") return await this.#leave(verdict, view, request, about);
    if (server.is_replica) emit({ type: "replica_read", lag_ms: server.lag_ms });
    return rows;
  }

  /** The states that the read address reports; null if they cannot be used, and the primary's are needed. */
  async states(seen: ViewStateMap, emit: Emit): Promise<ViewStateMap | null> {
    const is_passed_by = this.#parts.clock.now() < this.#stranger_until;
    const answer = is_passed_by ? "stranger" : await this.#ask(() => this.#parts.reads.states());
    const verdict = typeof answer === "string"
      ? answer
      : await this.#judge(answer, { emit, seen, rests_on_rights: false });
    if (typeof answer !== "string" && verdict === "good") return answer.states;
    if (verdict !== "good") this.#note(verdict, emit);
    return null;
  }

  #leave(why: Left, view: string, request: SourceRequest, about: ReadAbout): Promise<SourceAnswer> {
    if (why === "lagging" && this.#parts.clock.now() >= this.#lagging_until) {
      this.#lagging_until = this.#parts.clock.now() + LAGGING_MS;
    }
    return this.#parts.primary.read(view, request, this.#noted(why, about));
  }

  #noted(why: Left, about: ReadAbout): ReadAbout {
    this.#note(why, about.emit);
    return about;
  }

  #note(why: Left, emit: Emit): void {
    this.report.left(why, this.#parts.clock.now());
    emit({ type: "replica_left", why });
  }

  /**
   * Any error counts as down, also one that says what is wrong with the question: a replica that has not replayed a
   * migration knows no new view. The primary then answers, or says it again.
   */
  async #ask<Answer>(question: () => Promise<Answer>): Promise<Answer | "down"> {
    try {
      return await question();
    } catch (error) {
      if (error instanceof AppError) return "down";
      throw error;
    }
  }

  async #judge(
    answer: { readonly server: ServerPosition; readonly states: ViewStateMap },
    { emit, ...expected }: { readonly emit: Emit; readonly seen: ViewStateMap; readonly rests_on_rights: boolean },
  ): Promise<Verdict> {
    const { clock, lookAtPrimary, waitUntil } = this.#parts;
    const once = () => judge(answer, { ...expected, primary: this.#primary, history: this.#history, now: clock.now() });
    const age_ms = () => clock.now() - (this.#primary?.at ?? -Infinity);
    let verdict = once();
    if ((verdict === "lagging" || verdict === "stranger") && age_ms() >= LARGEST_LAG_MS) {
      // A replica that had reached this position before the primary was asked for it has all that was committed until then.
      await lookAtPrimary(emit);
      this.#history ??= await this.#parts.remembered.read(emit);
      verdict = once();
    } else if (age_ms() >= HISTORY_MS && clock.now() - this.#looked_at >= SILENCE_MS) {
      this.#looked_at = clock.now();
      waitUntil(lookAtPrimary(emit));
    }
    this.#remember(emit);
    // Where nothing is known of the primary, it may be this server's in a moment.
    if (verdict === "stranger" && this.#history !== null) this.#stranger_until = clock.now() + STRANGER_MS;
    this.report.heard(answer.server, verdict);
    return verdict;
  }

  #remember(emit: Emit): void {
    const history = this.#history;
    if (history === null || history === this.#written) return;
    this.#written = history;
    this.#parts.remembered.write(history, emit);
  }
}
