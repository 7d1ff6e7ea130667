import type { Resource } from "../../../../app/api/use_resource.ts";
import { Card } from "../../../../app/cards/card.tsx";
import { setFilters } from "../../../../app/frame/location.ts";
import { day } from "../../../../app/words/numbers.ts";
import type { AnswerOf } from "../../../../shared/client/mod.ts";
import { DayCharts } from "../parts/day_charts.tsx";

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
      {({ data }) => <DayCharts rows={data} days={days} until={until} />}
    </Card>
  );
}
