import type { Resource } from "../../../../app/api/use_resource.ts";
import { Card } from "../../../../app/cards/card.tsx";
import { Stat } from "../../../../app/cards/stat.tsx";
import { change, counted, day, number } from "../../../../app/words/numbers.ts";
import type { AnswerOf } from "../../../../shared/client/mod.ts";

interface Props {
  readonly resource: Resource<AnswerOf<"training/me/stats">>;
}

export function ThisWeek({ resource }: Props) {
  return (
    <Card
      title="This week"
      resource={resource}
      empty="There is no attempt of yours yet. The first one appears here within a minute."
    >
      {({ data: [row] }) =>
        row !== undefined && (
          <dl className="stats">
            <Stat name="Attempts" value={number(row.attempts_this_week, 0)}>
              {row.attempts_this_week === 0 ? "none in the last seven days" : "in the last seven days"}
            </Stat>
            <Stat name="Average score" value={number(row.avg_score_this_week)}>
              over {counted(row.scored_count_this_week, "scored attempt")}
            </Stat>
            <Stat name="Change" value={change(row.avg_score_change)}>
              {row.avg_score_change === null
                ? "needs a score in both weeks"
                : `against ${counted(row.scored_count_week_before, "score")} of the week before`}
            </Stat>
          </dl>
        )}
    </Card>
  );
}

export function AllTime({ resource }: Props) {
  return (
    <Card
      title="In all"
      resource={resource}
      empty="Your average appears here with your first score."
    >
      {({ data: [row] }) =>
        row !== undefined && (
          <dl className="stats">
            <Stat name="Average score" value={number(row.avg_score)}>
              over {counted(row.scored_count, "scored attempt")}
            </Stat>
            <Stat name="Attempts" value={number(row.attempts_count, 0)}>
              {row.last_attempt_at === null ? "none yet" : `the last on ${day(row.last_attempt_at)}`}
            </Stat>
          </dl>
        )}
    </Card>
  );
}
