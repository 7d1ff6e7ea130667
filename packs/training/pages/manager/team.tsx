import type { Resource } from "../../../../app/api/use_resource.ts";
import { Card } from "../../../../app/cards/card.tsx";
import { Stat } from "../../../../app/cards/stat.tsx";
import { change, counted, number, percent } from "../../../../app/words/numbers.ts";
import type { AnswerOf, RowOf } from "../../../../shared/client/mod.ts";

interface Props {
  readonly resource: Resource<AnswerOf<"training/team-overview">>;
  /** Of as many days before; null until it is known. */
  readonly before: RowOf<"training/team-overview"> | null;
  readonly days: number;
}

export function Team({ resource, before, days }: Props) {
  return (
    <Card
      title="Team"
      resource={resource}
      empty="No person reports to you yet. Figures appear with the first one."
    >
      {({ data: [row] }) =>
        row !== undefined && (
          <dl className="stats">
            <Stat name="Average score" value={number(row.avg_score)}>
              over {counted(row.scored_count, "scored attempt")}
              {row.avg_score !== null && before?.avg_score != null &&
                `, ${change(row.avg_score - before.avg_score)} against the ${days} days before`}
            </Stat>
            <Stat name="Attempts" value={number(row.attempts_count, 0)}>
              of {row.members_count} {row.members_count === 1 ? "person" : "people"}
              {before !== null &&
                `, ${change(row.attempts_count - before.attempts_count, 0)} against the ${days} days before`}
            </Stat>
            <Stat
              name="Completion"
              value={percent(row.completion_rate)}
            >
              {row.completed_count} of {counted(row.assignments_count, "assignment")}
            </Stat>
            <Stat name="Rank" value={number(row.team_rank, 0)}>
              {row.team_rank === null ? "needs a scored attempt" : `among ${counted(row.teams_count, "team")}`}
            </Stat>
          </dl>
        )}
    </Card>
  );
}
