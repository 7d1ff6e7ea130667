import type { Emit } from "../cache/event.ts";
import type { Clock } from "../kernel/ports.ts";

/** An answer that could not be given, by a fault of ours. Nothing in it names a person or repeats what a caller wrote. */
export interface FailedAnswer {
  readonly resource: string;
  readonly request_id: string;
  readonly defect: string;
}

/** Where the audit learns of answers that failed, and that they are given again. */
export interface FaultLedger {
  failed(answer: FailedAnswer): Promise<void>;
  answered(resource: string): Promise<void>;
}

/** The least time between two reports of one isolate about one resource, in either direction. */
const PAUSE_MS = 60_000;

export interface FaultReportsOptions {
  readonly clock: Clock;
  readonly ledger: FaultLedger;
  /** Keeps work alive after the answer has left. */
  readonly waitUntil: (work: Promise<unknown>) => void;
}

interface Reported {
  readonly failed_at: number;
  /** When the ledger was told that it is answered again; -Infinity where that is still to come. */
  readonly answered_at: number;
}

/**
 * Tells the audit, behind the answer, of resources whose answers fail by a fault of ours, at most once a minute for each; and
 * of those that it has told of, that they are answered again. There are as many resources as routes, so little is kept.
 */
export class FaultReports {
  readonly #options: FaultReportsOptions;
  readonly #reported = new Map<string, Reported>();

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

  #tell(telling: Promise<void>, emit: Emit): void {
    this.#options.waitUntil(telling.catch(() => emit({ type: "background_failed", reason: "fault report" })));
  }
}
