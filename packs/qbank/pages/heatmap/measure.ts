import { counted, duration, number, percent } from "../../../../app/words/numbers.ts";

export const MEASURES = ["accuracy", "answers", "time"] as const;
export type Measure = typeof MEASURES[number];

export const MEASURE_NAMES: Readonly<Record<Measure, string>> = {
  accuracy: "Share of right answers",
  answers: "Number of answers",
  time: "Median time of an answer",
};

/** What both views hold of a week. */
export interface Figures {
  readonly attempts: number;
  readonly correct_attempts: number;
  readonly accuracy_rate: number;
  readonly median_duration_ms: number | null;
}

export function measured(measure: Measure, figures: Figures): number | null {
  if (measure === "accuracy") return figures.accuracy_rate;
  return measure === "answers" ? figures.attempts : figures.median_duration_ms;
}

/** Short enough for a cell. */
export function written(measure: Measure, value: number): string {
  if (measure === "accuracy") return percent(value);
  return measure === "answers" ? number(value, 0) : `${number(value / 1_000, 0)} s`;
}

export function spokenOf(figures: Figures | null): string {
  if (figures === null) return "nothing to show";
  const { attempts, correct_attempts, accuracy_rate, median_duration_ms } = figures;
  const time = median_duration_ms === null ? "no time was measured" : `median ${duration(median_duration_ms / 1_000)}`;
  return `${written("accuracy", accuracy_rate)} right, ${number(correct_attempts, 0)} of ${
    counted(attempts, "answer")
  }, ${time}`;
}
