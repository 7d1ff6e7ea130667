import type { Resource } from "../../../../app/api/use_resource.ts";
import { Card } from "../../../../app/cards/card.tsx";
import { ExportButton } from "../../../../app/cards/export_button.tsx";
import { BarChart } from "../../../../app/charts/bar_chart.tsx";
import { counted, day, duration, isoDay, shortDay } from "../../../../app/words/numbers.ts";
import type { AnswerOf, ExportFilters } from "../../../../shared/client/mod.ts";

interface Props {
  readonly resource: Resource<AnswerOf<"study/activity">>;
  readonly days: number;
  readonly filters: ExportFilters<"study/activity">;
}

const DAY_MS = 86_400_000;

export function Days({ resource, days, filters }: Props) {
  return (
    <Card
      title="Study time by day"
      size="wide"
      resource={resource}
      tools={<ExportButton name="study/activity" filters={filters} of="the days" />}
      empty={`No day with activity in the last ${days} days. A day appears here in the night after it.`}
    >
      {({ data }) => {
        const today = Date.now();
        const found = new Map(data.map((row) => [row.stat_date, row]));
        const dates = Array.from({ length: days }, (_, place) => isoDay(new Date(today - (days - 1 - place) * DAY_MS)));
        const seconds = data.reduce((sum, row) => sum + row.study_seconds, 0);
        return (
          <BarChart
            name="Study minutes by day"
            summary={`${duration(seconds)} on ${
              counted(data.length, "day")
            }. A session counts for the day on which it began.`}
            points={dates.map((iso) => ({
              label: shortDay(iso),
              value: Math.round((found.get(iso)?.study_seconds ?? 0) / 60),
            }))}
            numbers={{
              columns: ["Day", "Study minutes", "Sessions", "Answers", "Correct"],
              rows: data.map((row) => [
                row.stat_date,
                Math.round(row.study_seconds / 60),
                row.sessions_count,
                row.questions_attempted,
                row.questions_correct,
              ]),
            }}
            spoken={(index) => {
              const iso = dates[index];
              if (iso === undefined) return "";
              const row = found.get(iso);
              if (row === undefined) return `${day(iso)}: no activity`;
              return `${day(iso)}: ${duration(row.study_seconds)} in ${counted(row.sessions_count, "session")}`;
            }}
          />
        );
      }}
    </Card>
  );
}
