import type { Resource } from "../../../../app/api/use_resource.ts";
import { Card } from "../../../../app/cards/card.tsx";
import { ExportButton } from "../../../../app/cards/export_button.tsx";
import { LineChart } from "../../../../app/charts/line_chart.tsx";
import { counted, day, number, shortDay } from "../../../../app/words/numbers.ts";
import type { AnswerOf, ExportFilters, RowOf } from "../../../../shared/client/mod.ts";

interface Props {
  readonly resource: Resource<AnswerOf<"training/kpi/weekly">>;
  readonly name: string;
  readonly filters: ExportFilters<"training/kpi/weekly">;
}

type Week = RowOf<"training/kpi/weekly">;

export function Weeks({ resource, name, filters }: Props) {
  return (
    <Card
      title="By week"
      size="wide"
      resource={resource}
      tools={<ExportButton name="training/kpi/weekly" filters={filters} of="the weeks" />}
      empty="No completed attempt in these days."
    >
      {({ data }) => {
        const weeks = withGaps(data);
        return (
          <LineChart
            name={`${name} per attempt`}
            summary="Events for each completed attempt of the week, which begins on Monday. A week without one is a gap."
            points={weeks.map(([monday, row]) => ({ label: shortDay(monday), value: row?.events_per_attempt ?? null }))}
            numbers={{
              columns: ["Week from", "Events per attempt", "Events", "Attempts", "Attempts with the event"],
              rows: weeks.map(([monday, row]) => [
                monday,
                row?.events_per_attempt ?? null,
                row?.events_count ?? null,
                row?.attempts_count ?? null,
                row?.attempts_with_events_count ?? null,
              ]),
            }}
            spoken={(index) => {
              const [monday, row] = weeks[index] ?? [];
              if (monday === undefined) return "";
              if (row == null) return `Week from ${day(monday)}: no completed attempt`;
              return `Week from ${day(monday)}: ${number(row.events_per_attempt, 2)} for each of ${
                counted(row.attempts_count, "attempt")
              }`;
            }}
          />
        );
      }}
    </Card>
  );
}

function withGaps(rows: readonly Week[]): (readonly [monday: string, row: Week | null])[] {
  const found = new Map(rows.map((row) => [row.week_start, row]));
  const mondays = [...found.keys()].sort();
  const [first, last] = [Date.parse(`${mondays[0]}T00:00:00Z`), Date.parse(`${mondays.at(-1)}T00:00:00Z`)];
  const weeks: (readonly [string, Week | null])[] = [];
  for (let at = first; at <= last; at += 7 * 86_400_000) {
    const monday = new Date(at).toISOString().slice(0, 10);
    weeks.push([monday, found.get(monday) ?? null]);
  }
  return weeks;
}
