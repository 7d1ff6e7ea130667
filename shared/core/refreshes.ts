/** What a reader may know of the refreshes of views, and ask for. Both functions throw AppError. */
export interface Refreshes {
  /** When the schedule starts the view's next refresh, in milliseconds since the epoch; null where it has no slot. */
  nextAt(view: string): Promise<number | null>;
  /**
   * Brings a view up to date now. The database allows it once a minute.
   *
   * @returns false when the refresh failed or another one is under way
   * @throws AppError RATE_LIMITED when one ran less than a minute ago
   */
  refresh(view: string): Promise<boolean>;
}
