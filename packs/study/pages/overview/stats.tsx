import type { Resource } from "../../../../app/api/use_resource.ts";
import { Card } from "../../../../app/cards/card.tsx";
import { Stat } from "../../../../app/cards/stat.tsx";
import { counted, day, duration, number, percent } from "../../../../app/words/numbers.ts";
import type { AnswerOf } from "../../../../shared/client/mod.ts";

interface Props {
  readonly resource: Resource<AnswerOf<"study/dashboard">>;
}

const EMPTY = "Nothing is computed yet. The night after your first answers fills this, at 00:05 UTC.";

export function LastWeek({ resource }: Props) {
  return (
    <Card title="Last 7 days" resource={resource} empty={EMPTY}>
      {({ data: [row] }) =>
        row !== undefined && (
          <dl className="stats">
            <Stat name="Answers" value={number(row.questions_attempted_7d, 0)}>up to {day(row.as_of_date)}</Stat>
            <Stat name="Correct" value={percent(row.accuracy_rate_7d)}>
              {row.accuracy_rate_7d === null ? "needs an answer" : "of these answers"}
            </Stat>
            <Stat name="Study time" value={duration(row.study_seconds_7d)}>
              {duration(Math.round(row.study_seconds_7d / 7))} a day
            </Stat>
          </dl>
        )}
    </Card>
  );
}

export function LastMonth({ resource }: Props) {
  return (
    <Card title="Last 30 days" resource={resource} empty={EMPTY}>
      {({ data: [row] }) =>
        row !== undefined && (
          <dl className="stats">
            <Stat name="Answers" value={number(row.questions_attempted_30d, 0)}>
              on {counted(row.active_days_30d, "active day")}
            </Stat>
            <Stat name="Correct" value={percent(row.accuracy_rate_30d)}>
              {row.accuracy_rate_30d === null ? "needs an answer" : "of these answers"}
            </Stat>
            <Stat name="Study time" value={duration(row.study_seconds_30d)}>
              in {counted(row.sessions_count_30d, "session")}
            </Stat>
          </dl>
        )}
    </Card>
  );
}

export function Standing({ resource }: Props) {
  return (
    <Card title="Streak and mastery" resource={resource} empty={EMPTY}>
      {({ data: [row] }) =>
        row !== undefined && (
          <dl className="stats">
            <Stat name="Streak" value={counted(row.current_streak_days, "day")}>
              {row.current_streak_days > 0
                ? `up to ${day(row.as_of_date)}`
                : row.last_active_on === null
                ? "begins with the first active day"
                : `last active on ${day(row.last_active_on)}`}
            </Stat>
            <Stat name="Mean mastery" value={percent(row.avg_mastery_score)}>
              of {counted(row.topics_started_count, "topic")}
            </Stat>
            <Stat name="Mastered" value={number(row.topics_mastered_count, 0)}>
              topics at 80% or more
            </Stat>
          </dl>
        )}
    </Card>
  );
}
