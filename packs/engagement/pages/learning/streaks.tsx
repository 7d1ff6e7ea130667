import type { Resource } from "../../../../app/api/use_resource.ts";
import { Card } from "../../../../app/cards/card.tsx";
import { ExportButton } from "../../../../app/cards/export_button.tsx";
import { BarChart } from "../../../../app/charts/bar_chart.tsx";
import { LineChart } from "../../../../app/charts/line_chart.tsx";
import { counted, number, percent } from "../../../../app/words/numbers.ts";
import type { AnswerOf } from "../../../../shared/client/mod.ts";

export function Streaks({ resource }: { readonly resource: Resource<AnswerOf<"engagement/streak-dropoffs">> }) {
  return (
    <Card
      title="Where streaks end"
      resource={resource}
      tools={<ExportButton name="engagement/streak-dropoffs" filters={{}} of="the lengths of streaks" />}
      empty="Nobody was active yet. Days in a row make a streak."
    >
      {({ data }) => {
        const worst = data.filter(({ reached_count }) => reached_count >= 5)
          .toSorted((left, right) => right.dropoff_rate - left.dropoff_rate)[0];
        const numbers = {
          columns: ["Days", "Reached", "Ended there", "Share"],
          rows: data.map((row) => [row.streak_days, row.reached_count, row.ended_count, row.dropoff_rate]),
        };
        const spoken = (index: number) => {
          const row = data[index];
          if (row === undefined) return "";
          return `${counted(row.streak_days, "day")} in a row: reached by ${counted(row.reached_count, "streak")}; ${
            number(row.ended_count, 0)
          } ended there, ${percent(row.dropoff_rate)}`;
        };
        const labelled = data.map((row) => ({ row, label: counted(row.streak_days, "day") }));
        return (
          <>
            <BarChart
              name="Streaks that reach a length"
              summary="Days in a row on which a learner was active."
              points={labelled.map(({ row, label }) => ({ label, value: row.reached_count }))}
              numbers={numbers}
              spoken={spoken}
            />
            <LineChart
              name="Streaks that end there, in per cent"
              summary={worst === undefined
                ? "Of the streaks that come so far."
                : `Most stop after ${counted(worst.streak_days, "day")}: ${
                  percent(worst.dropoff_rate)
                } of the streaks that come so far.`}
              domain={[0, 100]}
              points={labelled.map(({ row, label }) => ({ label, value: row.dropoff_rate * 100 }))}
              numbers={numbers}
              spoken={spoken}
            />
          </>
        );
      }}
    </Card>
  );
}
