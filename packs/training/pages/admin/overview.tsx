import type { Resource } from "../../../../app/api/use_resource.ts";
import { Card } from "../../../../app/cards/card.tsx";
import { Stat } from "../../../../app/cards/stat.tsx";
import { counted, day, number } from "../../../../app/words/numbers.ts";
import type { AnswerOf } from "../../../../shared/client/mod.ts";

export function Overview({ resource }: { readonly resource: Resource<AnswerOf<"training/org-overview">> }) {
  return (
    <Card
      title="Overview"
      size="wide"
      resource={resource}
      empty="No attempt has ended in this organisation yet. The first one appears here within the hour."
    >
      {({ data: [row] }) =>
        row !== undefined && (
          <dl className="stats">
            <Stat name="Active users this month" value={number(row.active_users_this_month, 0)}>
              {number(row.active_users, 0)} in all
            </Stat>
            <Stat name="Attempts" value={number(row.total_attempts, 0)}>
              {number(row.attempts_this_month, 0)} this month, {number(row.attempts_this_week, 0)} this week
            </Stat>
            <Stat name="Average score" value={number(row.avg_score)}>
              over {counted(row.scored_count, "scored attempt")}
              {row.last_activity !== null && `, the last on ${day(row.last_activity)}`}
            </Stat>
          </dl>
        )}
    </Card>
  );
}
