import type { AlertEvent } from "../../../shared/audit/event.ts";
import type { JobCheckIn } from "../../../shared/audit/leased.ts";
import type { AlertSender } from "../../../shared/audit/ports.ts";
import type { SendAnswer } from "../../../shared/audit/verdict.ts";

/** A receiver that answers as scripted, then always 200. */
export class FakeSender implements AlertSender {
  readonly sent: AlertEvent[] = [];
  readonly check_ins: ("ok" | "error")[] = [];
  readonly reasons: string[] = [];
  readonly job_check_ins: JobCheckIn[] = [];
  readonly #events: SendAnswer[];
  readonly #check_in: SendAnswer;

  constructor(events: readonly Partial<SendAnswer>[] = [], check_in: Partial<SendAnswer> = {}) {
    this.#events = events.map(answer);
    this.#check_in = answer(check_in);
  }

  send(event: AlertEvent): Promise<SendAnswer> {
    this.sent.push(event);
    return Promise.resolve(this.#events.shift() ?? answer({}));
  }

  checkInJob(checkIn: JobCheckIn): Promise<SendAnswer> {
    this.job_check_ins.push(checkIn);
    return Promise.resolve(this.#check_in);
  }

  checkIn(status: "ok" | "error", reason?: string): Promise<SendAnswer> {
    this.check_ins.push(status);
    if (reason !== undefined) this.reasons.push(reason);
    return Promise.resolve(this.#check_in);
  }
}

function answer(given: Partial<SendAnswer>): SendAnswer {
  return { status: 200, hold_seconds: null, words: null, ...given };
}
