import type { Resource } from "../../../../app/api/use_resource.ts";
import { Card } from "../../../../app/cards/card.tsx";
import type { AnyAnswer } from "../../../../app/cards/standing.ts";
import { setFilters } from "../../../../app/frame/location.ts";
import { day } from "../../../../app/words/numbers.ts";
import { DayCharts, type DayRow } from "./day_charts.tsx";

interface Props<A> {
  readonly resource: Resource<A>;
  readonly days: number;
  /** The last day; null for today. */
  readonly to: string | null;
  /** When the last attempt was, for a way to it from days without any; null where the page has another way. */
  readonly last_attempt_at: string | null;
}

/** Attempts and scores by day, of a person or of an organisation. */
export function Trend<A extends AnyAnswer & { readonly data: readonly DayRow[] }>(
  { resource, days, to, last_attempt_at }: Props<A>,
) {
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
