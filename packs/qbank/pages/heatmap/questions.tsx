import type { Resource } from "../../../../app/api/use_resource.ts";
import { Card } from "../../../../app/cards/card.tsx";
import { ExportButton } from "../../../../app/cards/export_button.tsx";
import { MatrixChart } from "../../../../app/charts/matrix_chart.tsx";
import { counted, day } from "../../../../app/words/numbers.ts";
import { mondaysOver, shortWeek } from "../../../../app/words/weeks.ts";
import type { AnswerOf, ExportFilters, RowOf } from "../../../../shared/client/mod.ts";
import { AllWeeks } from "./matrix.tsx";
import { type Measure, MEASURE_NAMES, measured, spokenOf, written } from "./measure.ts";

interface Props {
  readonly resource: Resource<AnswerOf<"qbank/heatmap">>;
  readonly measure: Measure;
  readonly filters: ExportFilters<"qbank/heatmap">;
}

type Row = RowOf<"qbank/heatmap">;

/** A row for each question. One whose tags were changed has a row for each lesion and topic that it had. */
export function Questions({ resource, measure, filters }: Props) {
  return (
    <Card
      title="By question"
      size="wide"
      resource={resource}
      says_rest
      tools={<ExportButton name="qbank/heatmap" filters={filters} of="the questions of these weeks" />}
      isEmpty={({ data, meta }) => data.length === 0 && (meta.withheld_count ?? 0) === 0}
      empty="Nobody has answered such a question in these weeks. An answer appears here within half an hour."
      emptyAction={<AllWeeks />}
      tooFew={({ data }) =>
        data.length > 0 ? null : "Every question has fewer than five answers in each of these weeks."}
    >
      {({ data, meta }) => {
        const weeks = mondaysOver([...new Set(data.map((row) => row.week_start))]);
        const rows = byQuestion(data, weeks);
        const newest = weeks.at(-1) ?? null;
        const cut = meta.next_cursor === null
          ? ""
          : ` Only the first ${counted(data.length, "cell")} are shown, to the week from ${
            day(newest)
          }: choose fewer weeks.`;
        return (
          <MatrixChart
            name={`${MEASURE_NAMES[measure]}, by question`}
            summary={`${counted(rows.length, "question")} in ${counted(weeks.length, "week")}.${cut}`}
            heads={["Question"]}
            columns={weeks.map((week) => shortWeek(week))}
            rows={rows.map(({ text, cells }) => ({
              heads: [text],
              values: cells.map((cell) => cell === null ? null : measured(measure, cell)),
            }))}
            numbers={{
              columns: ["Question", "Lesion", "Topic", "Week from", "Answers", "Right", "Share", "Median in ms"],
              rows: data.map((row) => [
                ...[textOf(row), row.lesion, row.topic, row.week_start, row.attempts, row.correct_attempts],
                ...[row.accuracy_rate, row.median_duration_ms],
              ]),
            }}
            written={(value) => written(measure, value)}
            spoken={({ row, column }) => {
              const cell = rows[row]?.cells[column] ?? null;
              return `${rows[row]?.text}, week from ${day(weeks[column] ?? null)}: ${spokenOf(cell)}`;
            }}
          />
        );
      }}
    </Card>
  );
}

function textOf({ question_text, question_id }: Row): string {
  return question_text ?? `A question that was removed (${question_id.slice(0, 8)})`;
}

function byQuestion(data: readonly Row[], weeks: readonly string[]) {
  const found = new Map<string, Row[]>();
  for (const row of data) {
    const key = JSON.stringify([row.question_id, row.lesion, row.topic]);
    found.set(key, [...found.get(key) ?? [], row]);
  }
  return [...found.values()].flatMap((of_one) => {
    const [first] = of_one;
    if (first === undefined) return [];
    const by_week = new Map(of_one.map((row) => [row.week_start, row]));
    return [{ text: textOf(first), cells: weeks.map((week) => by_week.get(week) ?? null) }];
  }).toSorted((left, right) => left.text.localeCompare(right.text));
}
