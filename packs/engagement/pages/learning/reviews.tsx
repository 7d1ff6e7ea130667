import type { Resource } from "../../../../app/api/use_resource.ts";
import { Card } from "../../../../app/cards/card.tsx";
import { ExportButton } from "../../../../app/cards/export_button.tsx";
import { BarChart } from "../../../../app/charts/bar_chart.tsx";
import { LineChart } from "../../../../app/charts/line_chart.tsx";
import { counted, day, number, percent } from "../../../../app/words/numbers.ts";
import { mondaysOver, shortWeek } from "../../../../app/words/weeks.ts";
import type { AnswerOf } from "../../../../shared/client/mod.ts";

export function Reviews({ resource }: { readonly resource: Resource<AnswerOf<"engagement/review-session-usage">> }) {
  return (
    <Card
      title="Reviews by week"
      resource={resource}
      tools={<ExportButton name="engagement/review-session-usage" filters={{}} of="the weeks" />}
      isEmpty={({ data, meta }) => data.length === 0 && (meta.withheld_count ?? 0) === 0}
      empty="Nobody has reviewed yet. The first review appears here within half an hour."
      tooFew={({ data }) => data.length > 0 ? null : "In each of these weeks fewer than five learners reviewed."}
    >
      {({ data }) => {
        const found = new Map(data.map((row) => [row.week_start, row]));
        const mondays = mondaysOver([...found.keys()]);
        const numbers = {
          columns: ["Week from", "Reviews", "Learners", "Cards", "Completed"],
          rows: mondays.map((monday) => {
            const row = found.get(monday);
            return [
              ...[monday, row?.sessions_count ?? null, row?.learners_count ?? null],
              ...[row?.cards_reviewed_count ?? null, row?.completion_rate ?? null],
            ];
          }),
        };
        const spoken = (index: number) => {
          const monday = mondays[index];
          if (monday === undefined) return "";
          const row = found.get(monday);
          if (row === undefined) return `Week from ${day(monday)}: nothing to show`;
          return `Week from ${day(monday)}: ${counted(row.sessions_count, "review")} by ${
            counted(row.learners_count, "learner")
          }, ${number(row.cards_reviewed_count, 0)} cards, ${percent(row.completion_rate)} completed`;
        };
        const reviews = data.reduce((sum, row) => sum + row.sessions_count, 0);
        return (
          <>
            <BarChart
              name="Reviews by week"
              summary={`${counted(reviews, "review")} in ${counted(data.length, "week")}.`}
              points={mondays.map((monday) => ({
                label: shortWeek(monday),
                value: found.get(monday)?.sessions_count ?? null,
              }))}
              numbers={numbers}
              spoken={spoken}
            />
            <LineChart
              name="Completed reviews, in per cent"
              summary="A review is completed when no due card is left."
              domain={[0, 100]}
              points={mondays.map((monday) => {
                const rate = found.get(monday)?.completion_rate ?? null;
                return { label: shortWeek(monday), value: rate === null ? null : rate * 100 };
              })}
              numbers={numbers}
              spoken={spoken}
            />
          </>
        );
      }}
    </Card>
  );
}
