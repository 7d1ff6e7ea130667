import type { Resource } from "../../../../app/api/use_resource.ts";
import { Card } from "../../../../app/cards/card.tsx";
import { ExportButton } from "../../../../app/cards/export_button.tsx";
import { CalendarChart } from "../../../../app/charts/calendar_chart.tsx";
import { Choice } from "../../../../app/frame/choice.tsx";
import { counted, day, duration, isoDay, number, percent } from "../../../../app/words/numbers.ts";
import type { AnswerOf, ExportFilters, RowOf } from "../../../../shared/client/mod.ts";

type Row = RowOf<"study/activity">;

export const MEASURES = ["answers", "minutes", "events"] as const;
type Measure = typeof MEASURES[number];

interface Props {
  readonly resource: Resource<AnswerOf<"study/activity">>;
  readonly measure: Measure;
  readonly filters: ExportFilters<"study/activity">;
}

const VALUES: Readonly<Record<Measure, (row: Row) => number>> = {
  answers: (row) => row.questions_attempted,
  minutes: (row) => Math.round(row.study_seconds / 60),
  events: (row) => row.events_count,
};

const DAY_MS = 86_400_000;
/** Whole weeks, so that the last year fits the 53 columns on whichever weekday it begins. */
const SHOWN_DAYS = 365;

export function Activity({ resource, measure, filters }: Props) {
  return (
    <Card
      title="Activity"
      size="wide"
      resource={resource}
      empty="No day with activity in the last year. A day appears here in the night after it."
      tools={
        <span className="task no-print">
          <Choice
            name="measure"
            label="Colour by"
            value={measure}
            options={[["answers", "answers"], ["minutes", "minutes"], ["events", "events"]]}
          />
          <ExportButton name="study/activity" filters={filters} of="the days with activity" />
        </span>
      }
    >
      {({ data }) => {
        const found = new Map(data.map((row) => [row.stat_date, row]));
        const days = lastDays(new Date()).map((iso) => {
          const row = found.get(iso) ?? null;
          return { day: iso, value: row === null ? 0 : VALUES[measure](row), row };
        });
        const shown = days.flatMap(({ row }) => row === null ? [] : [row]);
        const all = shown.reduce((sum, row) => sum + VALUES[measure](row), 0);
        return (
          <CalendarChart
            name={`${measure.charAt(0).toUpperCase()}${measure.slice(1)} by day`}
            summary={`${number(all, 0)} ${measure} on ${
              counted(shown.length, "day")
            } of the last year. Today is added at 00:05 UTC.`}
            days={days}
            numbers={{
              columns: ["Day", "Answers", "Correct", "Study minutes", "Events", "Sessions", "Topics"],
              rows: shown.map((row) => [
                row.stat_date,
                row.questions_attempted,
                row.questions_correct,
                VALUES.minutes(row),
                row.events_count,
                row.sessions_count,
                row.topics_count,
              ]),
            }}
            spoken={(index) => {
              const at = days[index];
              if (at === undefined) return "";
              if (at.row === null) return `${day(at.day)}: no activity`;
              const { questions_attempted, accuracy_rate, study_seconds } = at.row;
              const correct = accuracy_rate === null ? "" : `, ${percent(accuracy_rate)} correct`;
              return `${day(at.day)}: ${counted(questions_attempted, "answer")}${correct}, ${duration(study_seconds)}`;
            }}
          />
        );
      }}
    </Card>
  );
}

/** UTC, as in the API. */
function lastDays(now: Date): string[] {
  return Array.from(
    { length: SHOWN_DAYS },
    (_, place) => isoDay(new Date(now.getTime() - (SHOWN_DAYS - 1 - place) * DAY_MS)),
  );
}
