import type { Resource } from "../../../../app/api/use_resource.ts";
import { Card } from "../../../../app/cards/card.tsx";
import { CalendarChart } from "../../../../app/charts/calendar_chart.tsx";
import { daysOfYear } from "../../../../app/charts/calendar_layout.ts";
import { counted, day, isoDay, number } from "../../../../app/words/numbers.ts";
import type { AnswerOf } from "../../../../shared/client/mod.ts";

interface Props {
  readonly resource: Resource<AnswerOf<"training/activity-calendar">>;
  readonly year: number;
}

export function Calendar({ resource, year }: Props) {
  return (
    <Card
      title={`Activity of ${year}`}
      size="wide"
      resource={resource}
      isEmpty={({ data }) => data.every(({ attempts_count }) => attempts_count === 0)}
      empty={`No attempt in ${year}. Choose a day of another year as the last one.`}
    >
      {({ data }) => {
        const found = new Map(data.map((row) => [row.active_on, row]));
        const days = daysOfYear(year, isoDay(new Date())).map((iso) => ({
          day: iso,
          value: found.get(iso)?.attempts_count ?? 0,
          users: found.get(iso)?.active_users_count ?? 0,
        }));
        const [any] = data;
        return (
          <CalendarChart
            name={`Attempts by day of ${year}`}
            summary={any === undefined
              ? ""
              : `${counted(any.year_attempts_count, "attempt")} in the year; the busiest day is ${
                day(any.busiest_on)
              } with ${number(any.busiest_attempts_count, 0)}.`}
            days={days}
            numbers={{
              columns: ["Day", "Attempts", "Active users"],
              rows: days.filter(({ value }) => value > 0).map((row) => [row.day, row.value, row.users]),
            }}
            spoken={(index) => {
              const at = days[index];
              if (at === undefined) return "";
              return `${day(at.day)}: ${counted(at.value, "attempt")} of ${
                counted(at.users, "person").replace("persons", "people")
              }`;
            }}
          />
        );
      }}
    </Card>
  );
}
