import type { Resource } from "../../../../app/api/use_resource.ts";
import { Card } from "../../../../app/cards/card.tsx";
import { BarChart } from "../../../../app/charts/bar_chart.tsx";
import { LineChart } from "../../../../app/charts/line_chart.tsx";
import { setFilters } from "../../../../app/frame/location.ts";
import { counted, day, number } from "../../../../app/words/numbers.ts";
import type { AnswerOf } from "../../../../shared/client/mod.ts";

interface Props {
  readonly resource: Resource<AnswerOf<"training/me/score-trend">>;
  readonly days: number;
  /** The last day; null for today. */
  readonly to: string | null;
  readonly last_attempt_at: string | null;
}

export function Trend({ resource, days, to, last_attempt_at }: Props) {
  const until = to === null ? "today" : day(to);
  return (
    <Card
      title="Trend"
      size="wide"
      resource={resource}
      isEmpty={({ data }) => data.every(({ attempts_count }) => attempts_count === 0)}
      empty={`No attempt in the ${days} days up to ${until}.`}
      emptyAction={last_attempt_at === null
        ? null
        : (
          <button type="button" className="no-print" onClick={() => setFilters({ to: last_attempt_at.slice(0, 10) })}>
            Show the days up to the last attempt, {day(last_attempt_at)}
          </button>
        )}
    >
      {({ data }) => {
        const scored = data.reduce((sum, row) => sum + row.scored_count, 0);
        const attempts = data.reduce((sum, row) => sum + row.attempts_count, 0);
        const numbers = {
          columns: ["Day", "Average score", "Scored attempts", "Attempts"],
          rows: data.map((row) => [row.active_on, row.avg_score, row.scored_count, row.attempts_count]),
        };
        const spoken = (index: number) => {
          const row = data[index];
          if (row === undefined) return "";
          const score = row.avg_score === null
            ? "no score"
            : `average ${number(row.avg_score)} over ${counted(row.scored_count, "scored attempt")}`;
          return `${day(row.active_on)}: ${score}, ${counted(row.attempts_count, "attempt")}`;
        };
        const place = { numbers, spoken };
        return (
          <>
            <LineChart
              {...place}
              name="Average score by day"
              summary={`${
                counted(scored, "scored attempt")
              } in the ${days} days up to ${until}. A day without a score is a gap.`}
              domain={[0, 100]}
              points={data.map((row) => ({ label: shortDay(row.active_on), value: row.avg_score }))}
            />
            <BarChart
              {...place}
              name="Attempts by day"
              summary={`${counted(attempts, "attempt")} in the same days.`}
              points={data.map((row) => ({ label: shortDay(row.active_on), value: row.attempts_count }))}
            />
          </>
        );
      }}
    </Card>
  );
}

/** Short enough for an axis, and not the same text for two days of a year. */
function shortDay(iso: string): string {
  const format = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", timeZone: "UTC" });
  return format.format(new Date(`${iso}T00:00:00Z`));
}
