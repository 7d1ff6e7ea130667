import type { Resource } from "../../../../app/api/use_resource.ts";
import { Card } from "../../../../app/cards/card.tsx";
import { ExportButton } from "../../../../app/cards/export_button.tsx";
import { change, number } from "../../../../app/words/numbers.ts";
import type { AnswerOf } from "../../../../shared/client/mod.ts";

interface Props {
  readonly resource: Resource<AnswerOf<"training/leaderboard">>;
  readonly month: string;
}

export function Leaderboard({ resource, month }: Props) {
  return (
    <Card
      title={`Best scores of ${month}`}
      resource={resource}
      tools={<ExportButton name="training/leaderboard" filters={{ month }} of={`the scores of ${month}`} />}
      empty={`No score of your people in ${month}. The table appears with the first one.`}
    >
      {({ data }) => (
        <div className="scrolls" tabIndex={0} role="region" aria-label="Best scores, as a table">
          <table>
            <caption className="sr-only">The best average scores of {month} among your people</caption>
            <thead>
              <tr>
                <th scope="col" className="figure">Rank</th>
                <th scope="col">Person</th>
                <th scope="col" className="figure">Average</th>
                <th scope="col" className="figure">Change</th>
                <th scope="col" className="figure">Attempts</th>
              </tr>
            </thead>
            <tbody>
              {data.map((row) => (
                <tr key={`${row.org_id} ${row.user_id}`}>
                  <td className="figure">
                    {isTied(data, row.rank) && <abbr title="shared with others">=</abbr>}
                    {row.rank}
                  </td>
                  <th scope="row">{row.name ?? row.user_id}</th>
                  <td className="figure">{number(row.avg_score)}</td>
                  <td className="figure">{row.avg_score_change === null ? "new" : change(row.avg_score_change)}</td>
                  <td className="figure">{number(row.attempts, 0)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Card>
  );
}

function isTied(rows: readonly { readonly rank: number }[], rank: number): boolean {
  return rows.filter((row) => row.rank === rank).length > 1;
}
