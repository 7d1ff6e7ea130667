const DAY_MS = 86_400_000;

/** A time within the given days before `now`; consecutive numbers are spread evenly over them. */
export function momentBefore(now: number, spread: { readonly number: number; readonly days: number }): string {
  const fraction = (spread.number * 0.618_033_988_75) % 1; // the golden ratio fills an interval without clusters
  return new Date(now - DAY_MS - Math.floor(fraction * spread.days * DAY_MS)).toISOString();
}
