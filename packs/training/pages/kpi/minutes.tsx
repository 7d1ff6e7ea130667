import type { Resource } from "../../../../app/api/use_resource.ts";
import { Card } from "../../../../app/cards/card.tsx";
import { ExportButton } from "../../../../app/cards/export_button.tsx";
import { BarChart } from "../../../../app/charts/bar_chart.tsx";
import { counted, number } from "../../../../app/words/numbers.ts";
import type { AnswerOf, ExportFilters } from "../../../../shared/client/mod.ts";
import { minuteBars } from "./minute_bars.ts";

interface Props {
  readonly resource: Resource<AnswerOf<"training/kpi/heatmap">>;
  readonly name: string;
  readonly filters: ExportFilters<"training/kpi/heatmap">;
}

/** Minutes without an event are bars of nothing, so that the axis is a time. */
export function Minutes({ resource, name, filters }: Props) {
  return (
    <Card
      title="When in the call"
      size="wide"
      resource={resource}
      tools={<ExportButton name="training/kpi/heatmap" filters={filters} of="the minutes" />}
      empty={`No event "${name}" with a known moment in the completed attempts of these days.`}
    >
      {({ data }) => {
        const { minutes, beyond } = minuteBars(data);
        const all = minutes.reduce((sum, { events }) => sum + events, 0);
        return (
          <BarChart
            name={`${name} by minute of the call`}
            summary={`${counted(all, "event")} in the first ${counted(minutes.length, "minute")}.${
              beyond === 0 ? "" : ` ${counted(beyond, "minute")} with events lie beyond a day and are not drawn.`
            }`}
            points={minutes.map(({ minute, events }) => ({ label: `${minute} min`, value: events }))}
            numbers={{
              columns: ["Minute", "Events", "Attempts"],
              rows: minutes.map(({ minute, events, attempts }) => [minute, events, attempts]),
            }}
            spoken={(index) => {
              const at = minutes[index];
              if (at === undefined) return "";
              return `Minute ${at.minute}: ${counted(at.events, "event")} in ${number(at.attempts, 0)} attempts`;
            }}
          />
        );
      }}
    </Card>
  );
}
