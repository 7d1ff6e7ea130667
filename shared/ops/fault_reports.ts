import type { Emit } from "../cache/event.ts";
import type { Clock } from "../kernel/ports.ts";

/** A response that failed because of our own defect. Nothing in it names a person or repeats the caller's input. */
export interface FailedAnswer {
  readonly resource: string;
  readonly request_id: string;
  readonly defect: string;
}

/** A read of the database for which a caller had to wait too long, whether it was answered or given up. */
export interface SlowRead {
  readonly resource: string;
  readonly request_id: string;
  readonly read_ms: number;
}

/** Reports failed responses and slow reads to the audit, and that the resource answers again. */
export interface FaultLedger {
  failed(answer: FailedAnswer): Promise<void>;
  answered(resource: string): Promise<void>;
  slow(read: SlowRead): Promise<void>;
}

/** The least time between two reports of one isolate about one resource, in either direction. */
const PAUSE_MS = 60_000;

export interface FaultReportsOptions {
  readonly clock: Clock;
  readonly ledger: FaultLedger;
  /** Keeps work alive after the response was sent. */
  readonly waitUntil: (work: Promise<unknown>) => void;
}

interface Reported {
  readonly failed_at: number;
  /** When it was reported that the resource answers again; -Infinity while that is still to be reported. */
  readonly answered_at: number;
}

/**
 * Reports to the audit, after the response, resources that fail because of our own defect, at most once a minute for each; and,
 * for those that were reported, that they answer again. There are as many resources as routes, so little is kept.
 */
export class FaultReports {
  readonly #options: FaultReportsOptions;
  readonly #reported = new Map<string, Reported>();
  /** When a slow read of a resource was last reported. */
  readonly #slow = new Map<string, number>();

  constructor(options: FaultReportsOptions) {
    this.#options = options;
  }

  failed(answer: FailedAnswer, emit: Emit): void {
    const now = this.#options.clock.now();
    const reported = this.#reported.get(answer.resource);
    if (reported !== undefined && now - reported.failed_at < PAUSE_MS) return;
    this.#reported.set(answer.resource, { failed_at: now, answered_at: -Infinity });
    this.#tell(this.#options.ledger.failed(answer), emit);
  }

  /** Costs nothing while nothing has failed. */
  answered(resource: string, emit: Emit): void {
    if (this.#reported.size === 0) return;
    const reported = this.#reported.get(resource);
    if (reported === undefined || reported.answered_at > -Infinity) return;
    this.#reported.set(resource, { ...reported, answered_at: this.#options.clock.now() });
    this.#tell(this.#options.ledger.answered(resource), emit);
  }

  /** A slow read is over when no other is reported for a while: there is no report of its end. */
  slow(read: SlowRead, emit: Emit): void {
    const now = this.#options.clock.now();
    if (now - (this.#slow.get(read.resource) ?? -Infinity) < PAUSE_MS) return;
    this.#slow.set(read.resource, now);
    this.#tell(this.#options.ledger.slow(read), emit);
  }

  #tell(telling: Promise<void>, emit: Emit): void {
    this.#options.waitUntil(telling.catch(() => emit({ type: "background_failed", reason: "fault report" })));
  }
}
