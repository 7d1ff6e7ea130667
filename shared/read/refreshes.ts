import type { RefreshAsked, RefreshOperator, RefreshRequest } from "./refresh_request.ts";

/** The schedule of views' refreshes, and the queue of requested ones. Each function throws AppError. */
export interface Refreshes {
  /** When the schedule starts the view's next refresh, in milliseconds since the epoch; null if it has no slot. */
  nextAt(view: string): Promise<number | null>;
  /** When the queue is processed next, in milliseconds since the epoch; null if no job processes it. */
  queueAt(): Promise<number | null>;
  /**
   * Requests a refresh and returns at once: a request for the same that already waits, or a new one.
   *
   * @param by the operator who asks, for the record; left out for readers, of whom nothing is recorded
   * @returns null if there is no such view or pack
   * @throws AppError RATE_LIMITED when a caller other than the secret key asks again within a minute
   */
  request(asked: RefreshAsked, by?: RefreshOperator): Promise<RefreshRequest | null>;
  /** The state of a request; null if there is none with this id. */
  look(id: number): Promise<RefreshRequest | null>;
}
