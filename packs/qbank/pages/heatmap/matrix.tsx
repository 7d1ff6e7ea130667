import type { Resource } from "../../../../app/api/use_resource.ts";
import { Card } from "../../../../app/cards/card.tsx";
import { ExportButton } from "../../../../app/cards/export_button.tsx";
import { MatrixChart } from "../../../../app/charts/matrix_chart.tsx";
import { setFilters } from "../../../../app/frame/location.ts";
import { counted, day } from "../../../../app/words/numbers.ts";
import { mondaysOver, shortWeek } from "../../../../app/words/weeks.ts";
import type { AnswerOf, ExportFilters } from "../../../../shared/client/mod.ts";
import { type Measure, MEASURE_NAMES, measured, spokenOf, written } from "./measure.ts";

interface Props {
  readonly resource: Resource<AnswerOf<"qbank/heatmap/matrix">>;
  readonly measure: Measure;
  readonly filters: ExportFilters<"qbank/heatmap/matrix">;
}

/** A row for each lesion and topic, a column for each week. */
export function Matrix({ resource, measure, filters }: Props) {
  return (
    <Card
      title="By lesion and topic"
      size="wide"
      resource={resource}
      says_rest
      tools={<ExportButton name="qbank/heatmap/matrix" filters={filters} of="the lesions and topics of these weeks" />}
      isEmpty={({ data, meta }) => data.rows.length === 0 && (meta.withheld_count ?? 0) === 0}
      empty="Nobody has answered such a question in these weeks. An answer appears here within half an hour."
      emptyAction={<AllWeeks />}
      tooFew={({ data }) =>
        data.rows.length > 0 ? null : "Every lesion and topic has fewer than five answers in each of these weeks."}
    >
      {({ data, meta }) => {
        const weeks = mondaysOver(data.columns);
        const rows = data.rows.map(({ lesion, topic, cells }) => {
          const found = new Map(cells.map((cell) => [data.columns[cell.at], cell]));
          return { heads: [lesion, topic], cells: weeks.map((week) => found.get(week) ?? null) };
        });
        const all = rows.flatMap(({ cells }) => cells.filter((cell) => cell !== null));
        const answers = all.reduce((sum, { attempts }) => sum + attempts, 0);
        const cut = meta.next_cursor === null ? "" : ` Only the first ${counted(all.length, "cell")} are shown.`;
        return (
          <MatrixChart
            name={`${MEASURE_NAMES[measure]}, by lesion and topic`}
            summary={`${counted(answers, "answer")} in ${counted(weeks.length, "week")}, which begin on Monday.${cut}`}
            heads={["Lesion", "Topic"]}
            columns={weeks.map((week) => shortWeek(week))}
            rows={rows.map(({ heads, cells }) => ({
              heads,
              values: cells.map((cell) => cell === null ? null : measured(measure, cell)),
            }))}
            numbers={{
              columns: ["Lesion", "Topic", "Week from", "Questions", "Answers", "Right", "Share", "Median in ms"],
              rows: rows.flatMap(({ heads, cells }) =>
                cells.flatMap((cell, index) =>
                  cell === null ? [] : [[
                    ...[...heads, weeks[index] ?? null, cell.question_count, cell.attempts, cell.correct_attempts],
                    ...[cell.accuracy_rate, cell.median_duration_ms],
                  ]]
                )
              ),
            }}
            written={(value) => written(measure, value)}
            spoken={({ row, column }) => {
              const [heads, cell] = [rows[row]?.heads ?? [], rows[row]?.cells[column] ?? null];
              return `${heads.join(", ")}, week from ${day(weeks[column] ?? null)}: ${spokenOf(cell)}`;
            }}
          />
        );
      }}
    </Card>
  );
}

/** For weeks without an answer. */
export function AllWeeks() {
  return (
    <button
      type="button"
      className="no-print"
      onClick={() => setFilters({ weeks: "all", to: null, lesion: null, topic: null })}
    >
      Show all weeks, lesions and topics
    </button>
  );
}
