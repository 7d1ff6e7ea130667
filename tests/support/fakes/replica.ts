import { sourceUnavailable } from "../../../shared/kernel/app_error.ts";
import type { Clock } from "../../../shared/kernel/ports.ts";
import type { Server, ServerAnswer, ServerPosition, Servers, ServerStates } from "../../../shared/read/server.ts";
import type { SourceRequest } from "../../../shared/read/source.ts";
import { FakeSource } from "./source.ts";

/** Of a database and of all who follow it. */
const OURS = "7000000000000000000.1";

interface Write {
  readonly apply: (source: FakeSource) => void;
  /** When it was committed. */
  readonly at: number;
}

/** A database in memory with a primary and a replica, which has what was written as far as it has replayed. */
export class FakeDatabase {
  readonly #clock: Clock;
  readonly #log: Write[] = [];
  readonly primary: FakeSource;
  readonly replica: FakeReplica;
  history = OURS;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.primary = new FakeSource(clock);
    this.replica = new FakeReplica(clock, this.#log);
  }

  /** Commits on the primary; the replica has it when it replays. */
  write(apply: (source: FakeSource) => void): void {
    apply(this.primary);
    this.#log.push({ apply, at: this.#clock.now() });
  }

  get servers(): Servers {
    return {
      primary: {
        states: async () => {
          const position = this.#log.length;
          const server = { server: "the primary", is_replica: false, history: this.history, position, lag_ms: null };
          return { server, states: await this.primary.states() };
        },
      },
      reads: this.replica,
    };
  }
}

export class FakeReplica implements Server {
  readonly #clock: Clock;
  readonly #log: readonly Write[];
  /** Stamps what it replays with the time of the primary. */
  #replayed_at = 0;
  #replayed = 0;
  readonly source: FakeSource;
  is_down = false;
  is_promoted = false;
  history = OURS;
  /** Questions that it takes. */
  fits: Server["fits"] = () => true;

  constructor(clock: Clock, log: readonly Write[]) {
    this.#clock = clock;
    this.#log = log;
    this.source = new FakeSource({ ...clock, now: () => this.#replayed_at, monotonic: () => 0, sleep: clock.sleep });
    // As the primary's, which was filled when it was made.
    this.#replayed_at = clock.now();
    this.source.refresh("agents_of_user", []);
    this.source.forgetVersions("agents_of_user");
    this.source.refresh("agents_of_user", []);
  }

  replay(count = Infinity): void {
    for (const { apply, at } of this.is_promoted ? [] : this.#log.slice(this.#replayed, this.#replayed + count)) {
      this.#replayed_at = at;
      apply(this.source);
      this.#replayed += 1;
    }
  }

  async states(): Promise<ServerStates> {
    const server = this.#position();
    return { server, states: await this.source.states() };
  }

  async read(view: string, request: SourceRequest): Promise<ServerAnswer> {
    const server = this.#position();
    return { ...await this.source.read(view, request), server };
  }

  #position(): ServerPosition {
    if (this.is_down) throw sourceUnavailable("down");
    const is_replica = !this.is_promoted;
    const last = this.#log[this.#replayed - 1];
    const lag_ms = is_replica && last !== undefined ? this.#clock.now() - last.at : null;
    return { server: "the replica", is_replica, history: this.history, position: this.#replayed, lag_ms };
  }
}
