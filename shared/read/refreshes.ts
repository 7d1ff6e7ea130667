import type { RefreshAsked, RefreshRequest } from "./refresh_request.ts";

/** What may be known of the refreshes of views, and the queue in which they are asked for. Each function throws AppError. */
export interface Refreshes {
  /** When the schedule starts the view's next refresh, in milliseconds since the epoch; null where it has no slot. */
  nextAt(view: string): Promise<number | null>;
  /** When what waits in the queue is looked at next, in milliseconds since the epoch; null where nothing looks. */
  queueAt(): Promise<number | null>;
  /**
   * Asks for a refresh and answers at once: the request that waits for the same already, or a new one.
   *
   * @returns null where there is no such view or pack
   * @throws AppError RATE_LIMITED when somebody but the secret key asks again within a minute
   */
  request(asked: RefreshAsked): Promise<RefreshRequest | null>;
  /** How a request stands; null where there is none of this id. */
  look(id: number): Promise<RefreshRequest | null>;
}
