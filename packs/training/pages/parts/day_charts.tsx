import { BarChart } from "../../../../app/charts/bar_chart.tsx";
import { LineChart } from "../../../../app/charts/line_chart.tsx";
import { counted, day, number, shortDay } from "../../../../app/words/numbers.ts";

export interface DayRow {
  readonly active_on: string;
  readonly attempts_count: number;
  readonly avg_score: number | null;
  readonly scored_count: number;
}

/** Average score and attempts of each day, as two charts over the same days. */
export function DayCharts({ rows, days, until }: {
  readonly rows: readonly DayRow[];
  readonly days: number;
  /** The last day, in words. */
  readonly until: string;
}) {
  const scored = rows.reduce((sum, row) => sum + row.scored_count, 0);
  const attempts = rows.reduce((sum, row) => sum + row.attempts_count, 0);
  const numbers = {
    columns: ["Day", "Average score", "Scored attempts", "Attempts"],
    rows: rows.map((row) => [row.active_on, row.avg_score, row.scored_count, row.attempts_count]),
  };
  const spoken = (index: number) => {
    const row = rows[index];
    if (row === undefined) return "";
    const score = row.avg_score === null
      ? "no score"
      : `average ${number(row.avg_score)} over ${counted(row.scored_count, "scored attempt")}`;
    return `${day(row.active_on)}: ${score}, ${counted(row.attempts_count, "attempt")}`;
  };
  const of_days = `in the ${days} days up to ${until}`;
  return (
    <>
      <LineChart
        numbers={numbers}
        spoken={spoken}
        name="Average score by day"
        summary={`${counted(scored, "scored attempt")} ${of_days}. A day without a score is a gap.`}
        domain={[0, 100]}
        points={rows.map((row) => ({ label: shortDay(row.active_on), value: row.avg_score }))}
      />
      <BarChart
        numbers={numbers}
        spoken={spoken}
        name="Attempts by day"
        summary={`${counted(attempts, "attempt")} in the same days.`}
        points={rows.map((row) => ({ label: shortDay(row.active_on), value: row.attempts_count }))}
      />
    </>
  );
}
