import fc from "fast-check";

/** One item of a field: its text, and the numbers that it stands for. */
interface Drawn {
  readonly text: string;
  readonly numbers: ReadonlySet<number>;
}

/** A random schedule, drawn as numbers and then written as text, so that no parser is involved. */
export interface DrawnSchedule {
  readonly text: string;
  readonly minute: Drawn;
  readonly hour: Drawn;
  readonly day: Drawn;
  readonly month: Drawn;
  readonly weekday: Drawn;
  readonly has_last_day: boolean;
}

const MONTHS = ["jan", "Feb", "MAR", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS = ["sun", "Mon", "TUE", "wed", "thu", "fri", "sat"];

function every(low: number, high: number, step = 1): ReadonlySet<number> {
  return new Set(
    Array.from({ length: high - low + 1 }, (_, index) => low + index).filter((n) => (n - low) % step === 0),
  );
}

function fields(low: number, high: number, names: readonly string[] = []): fc.Arbitrary<Drawn> {
  const number = fc.integer({ min: low, max: high });
  const step = fc.integer({ min: 1, max: high + 3 });
  const write = (n: number) => names[n - low] ?? String(n);
  const item: fc.Arbitrary<Drawn> = fc.oneof(
    number.map((n) => ({ text: write(n), numbers: new Set([n]) })),
    fc.tuple(number, number).map(([a, b]) => ({
      text: `${write(a)}-${write(b)}`,
      numbers: a <= b ? every(a, b) : new Set<number>(),
    })),
    fc.tuple(number, number, step).map(([a, b, by]) => ({
      text: `${write(Math.min(a, b))}-${write(Math.max(a, b))}/${by}`,
      numbers: every(Math.min(a, b), Math.max(a, b), by),
    })),
    step.map((by) => ({ text: `*/${by}`, numbers: every(low, high, by) })),
    fc.constant({ text: "*", numbers: every(low, high) }),
  );
  const list = fc.array(item, { minLength: 1, maxLength: 3 }).map((items) => ({
    text: items.map(({ text }) => text).join(","),
    numbers: new Set(items.flatMap(({ numbers }) => [...numbers])),
  }));
  return fc.oneof(fc.constant({ text: "*", numbers: every(low, high) }), list);
}

const blank = fc.constantFrom(" ", "  ", "\t");

/** Schedules of five fields in every form that pg_cron accepts. */
export const schedules: fc.Arbitrary<DrawnSchedule> = fc.record({
  minute: fields(0, 59),
  hour: fields(0, 23),
  day: fc.oneof({ weight: 7, arbitrary: fields(1, 31) }, {
    weight: 1,
    arbitrary: fc.constant({ text: "$", numbers: new Set<number>() }),
  }),
  month: fields(1, 12, MONTHS),
  weekday: fields(0, 7, WEEKDAYS),
  blank,
}).map(({ blank, ...drawn }) => ({
  ...drawn,
  has_last_day: drawn.day.text === "$",
  text: [drawn.minute, drawn.hour, drawn.day, drawn.month, drawn.weekday].map(({ text }) => text).join(blank),
}));
