import { useEffect, useRef } from "react";
import { chosen, chosenDay, setFilters, useFilters } from "../../../../app/frame/location.ts";
import { PeriodChoice } from "../../../../app/frame/period_choice.tsx";
import { day } from "../../../../app/words/numbers.ts";

const LENGTHS = ["30", "7", "90", "365"] as const;
const DAY_MS = 86_400_000;

/** The days that a page is about, from the address: how many, and the last one. */
export interface Period {
  readonly days: number;
  /** Null for today, whichever day that is. */
  readonly to: string | null;
}

export function usePeriod(): Period {
  const filters = useFilters();
  return { days: Number(chosen(filters, "days", LENGTHS)), to: chosenDay(filters, "to") };
}

/** The first and the last day, and the last day of as many days before. UTC, as in the API. */
export function daysOf(
  { days, to }: Period,
  now: Date,
): { readonly from: string; readonly to: string; readonly before: string } {
  const last = to === null ? now.getTime() : Date.parse(`${to}T00:00:00Z`);
  const iso = (at: number) => new Date(at).toISOString().slice(0, 10);
  return { from: iso(last - (days - 1) * DAY_MS), to: iso(last), before: iso(last - days * DAY_MS) };
}

/**
 * Once, on a page that was opened without a last day: goes to the 90 days up to the last attempt, if those up to today
 * have none. The address and the filters then say so.
 *
 * @param last the day of the last attempt; null while it is not known
 */
export function useDaysWithAttempts(last: string | null): void {
  const { days, to } = usePeriod();
  const is_undecided = useRef(to === null);
  useEffect(() => {
    if (last === null || !is_undecided.current) return;
    is_undecided.current = false;
    if (last < daysOf({ days, to: null }, new Date()).from) setFilters({ to: last, days: "90" });
  }, [last]);
}

export function PeriodFilters({ of, last = null }: {
  readonly of: string;
  /** The day of the last attempt, if these days have none. */
  readonly last?: string | null;
}) {
  const { days, to } = usePeriod();
  return (
    <div className="filters no-print" role="group" aria-label={`Filters of ${of}`}>
      {last !== null && (
        <button type="button" onClick={() => setFilters({ to: last })}>
          <span className="sr-only">There is no attempt in these days.</span>Show the days up to {day(last)}
        </button>
      )}
      <PeriodChoice
        name="days"
        value={String(days)}
        options={[["30", "30 days"], ["7", "7 days"], ["90", "90 days"], ["365", "a year"]]}
        to={to}
      />
    </div>
  );
}
