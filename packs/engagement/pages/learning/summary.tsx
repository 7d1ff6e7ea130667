import type { Resource } from "../../../../app/api/use_resource.ts";
import { Card } from "../../../../app/cards/card.tsx";
import { Stat } from "../../../../app/cards/stat.tsx";
import { counted, day, number, percent } from "../../../../app/words/numbers.ts";
import type { AnswerOf } from "../../../../shared/client/mod.ts";

export function Summary({ resource }: { readonly resource: Resource<AnswerOf<"engagement/summary-stats">> }) {
  return (
    <Card
      title="Summary"
      size="wide"
      resource={resource}
      isEmpty={({ data: [row] }) => (row?.as_of_on ?? null) === null}
      empty="Nobody has learned yet. The first session, quiz or review fills these figures within half an hour."
    >
      {({ data: [row] }) =>
        row !== undefined && (
          <dl className="stats">
            <Stat name="Active in 7 days" value={number(row.active_learners_7d, 0)}>
              up to {day(row.as_of_on)}, the newest active day
            </Stat>
            <Stat name="Active in 30 days" value={number(row.active_learners_30d, 0)}>
              of {counted(row.learners_count, "learner")}
            </Stat>
            <Stat name="Sessions" value={number(row.sessions_count, 0)}>of all time</Stat>
            <Stat name="Completed quizzes" value={number(row.completed_quizzes_count, 0)}>
              {row.completion_rate === null ? "none was started" : `${percent(row.completion_rate)} of those started`}
            </Stat>
            <Stat name="Longest streak" value={number(row.longest_streak_days, 0)}>days in a row</Stat>
          </dl>
        )}
    </Card>
  );
}
