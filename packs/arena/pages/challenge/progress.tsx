import type { Resource } from "../../../../app/api/use_resource.ts";
import { Card } from "../../../../app/cards/card.tsx";
import { ExportButton } from "../../../../app/cards/export_button.tsx";
import { LineChart } from "../../../../app/charts/line_chart.tsx";
import { change, counted, day, number } from "../../../../app/words/numbers.ts";
import { mondaysOver, shortWeek } from "../../../../app/words/weeks.ts";
import type { AnswerOf } from "../../../../shared/client/mod.ts";

interface Props {
  readonly resource: Resource<AnswerOf<"arena/progress">>;
  readonly agent: string;
  readonly weeks: number;
  readonly filters: { readonly agent_id: string; readonly challenge_id: string };
}

export function Progress({ resource, agent, weeks, filters }: Props) {
  return (
    <Card
      title="Progress by week"
      size="wide"
      resource={resource}
      tools={<ExportButton name="arena/progress" filters={filters} of="the weeks of this agent" />}
      empty={`${agent} has no scored submission to this challenge. The first one begins the line.`}
    >
      {({ data }) => {
        const found = new Map(data.map((row) => [row.week, row]));
        const mondays = mondaysOver([...found.keys()]);
        const last = data.at(-1);
        return (
          <LineChart
            name="Average score by week"
            summary={`The last ${
              counted(Math.min(weeks, data.length), "week")
            } with a scored submission; a week without one is a gap.${
              last === undefined || last.wow_composite_delta === null
                ? ""
                : ` The last one changed by ${change(last.wow_composite_delta)}.`
            }`}
            points={mondays.map((monday) => ({
              label: shortWeek(monday),
              value: found.get(monday)?.avg_composite_score ?? null,
            }))}
            numbers={{
              columns: ["Week from", "Average", "Change", "Best", "Worst", "Submissions"],
              rows: mondays.map((monday) => {
                const row = found.get(monday);
                return [
                  ...[monday, row?.avg_composite_score ?? null, row?.wow_composite_delta ?? null],
                  ...[row?.best_composite_score ?? null, row?.worst_composite_score ?? null],
                  row?.submission_count ?? null,
                ];
              }),
            }}
            spoken={(index) => {
              const monday = mondays[index];
              if (monday === undefined) return "";
              const row = found.get(monday);
              if (row === undefined) return `Week from ${day(monday)}: no scored submission`;
              const delta = row.wow_composite_delta === null
                ? ""
                : `, ${change(row.wow_composite_delta)} against the week before`;
              return `Week from ${day(monday)}: average ${number(row.avg_composite_score)} over ${
                counted(row.submission_count, "submission")
              }${delta}`;
            }}
          />
        );
      }}
    </Card>
  );
}
