/** A day. A source that wrote milliseconds as seconds would have a browser draw a million bars. */
const MOST_MINUTES = 1_440;

interface MinuteRow {
  readonly minute_of_call: number;
  readonly events_count: number;
  readonly attempts_count: number;
}

export interface MinuteBars {
  /** From the first minute to the last one with an event; those without are zeros, so that the axis is a time. */
  readonly minutes: readonly { readonly minute: number; readonly events: number; readonly attempts: number }[];
  /** Minutes with events that are no minutes of a call, and are not among those. */
  readonly beyond: number;
}

export function minuteBars(rows: readonly MinuteRow[]): MinuteBars {
  const found = new Map(rows.map((row) => [row.minute_of_call, row]));
  const drawn = [...found.keys()].filter((minute) => minute >= 0 && minute < MOST_MINUTES);
  const minutes = Array.from({ length: Math.max(-1, ...drawn) + 1 }, (_, minute) => ({
    minute,
    events: found.get(minute)?.events_count ?? 0,
    attempts: found.get(minute)?.attempts_count ?? 0,
  }));
  return { minutes, beyond: found.size - drawn.length };
}
