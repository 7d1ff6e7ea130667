import type { RowOf } from "../../../../shared/client/mod.ts";
import { counted, day, number, percent } from "../../../../app/words/numbers.ts";

type Row = RowOf<"study/mastery">;

export interface MasteryTerm {
  readonly name: string;
  /** Its share of the score: docs/study-mastery.md has the formula. */
  readonly weight: number;
  of(row: Row): number;
  /** What it means, with the topic's own figures. */
  about(row: Row): string;
}

export const MASTERY_TERMS: readonly MasteryTerm[] = [
  {
    name: "First answers",
    weight: 0.3,
    of: (row) => row.first_attempt_accuracy,
    about: ({ first_attempt_accuracy, questions_count }) =>
      `Of ${counted(questions_count, "question")}, ${
        number(Math.round(first_attempt_accuracy * questions_count), 0)
      } were answered correctly the first time. Repeats do not change this.`,
  },
  {
    name: "All answers",
    weight: 0.2,
    of: (row) => row.overall_accuracy,
    about: ({ overall_accuracy, attempts_count }) =>
      `Of ${counted(attempts_count, "answer")}, repeats included, ${
        number(Math.round(overall_accuracy * attempts_count), 0)
      } were correct.`,
  },
  {
    name: "Still remembered",
    weight: 0.3,
    of: (row) => row.retrieval_strength,
    about: ({ last_answered_at, stability_days, calculated_at }) =>
      last_answered_at === null
        ? "No question of the topic is answered yet."
        : `How likely the topic is still in memory on ${day(calculated_at)}: it was last practised on ${
          day(last_answered_at)
        }, and its questions come back every ${number(stability_days, 0)} days on average. It falls with time.`,
  },
  {
    name: "Materials",
    weight: 0.2,
    of: (row) => row.material_completion,
    about: ({ material_completion }) =>
      `${percent(material_completion)} of the topic's materials are read, those not opened counted as nothing. ` +
      "A topic without materials has 0% here, so its mastery ends at 80%.",
  },
];
