import type { Resource } from "../../../../app/api/use_resource.ts";
import { Card } from "../../../../app/cards/card.tsx";
import { day } from "../../../../app/words/numbers.ts";
import type { AnswerOf } from "../../../../shared/client/mod.ts";
import { DayCharts } from "../parts/day_charts.tsx";

interface Props {
  readonly resource: Resource<AnswerOf<"training/attempt-trend">>;
  readonly days: number;
  readonly to: string;
}

export function OrganisationTrend({ resource, days, to }: Props) {
  return (
    <Card
      title="Trend"
      size="wide"
      resource={resource}
      isEmpty={({ data }) => data.every(({ attempts_count }) => attempts_count === 0)}
      empty={`No attempt in the ${days} days up to ${day(to)}.`}
    >
      {({ data }) => <DayCharts rows={data} days={days} until={day(to)} />}
    </Card>
  );
}
