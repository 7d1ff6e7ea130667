import type { Resource } from "../../../../app/api/use_resource.ts";
import { Card } from "../../../../app/cards/card.tsx";
import { ExportButton } from "../../../../app/cards/export_button.tsx";
import { Table } from "../../../../app/cards/table.tsx";
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
        <Table
          name="Best scores"
          caption={`The best average scores of ${month} among your people`}
          columns={[
            { title: "Rank", is_figure: true },
            { title: "Person" },
            { title: "Average", is_figure: true },
            { title: "Change", is_figure: true },
            { title: "Attempts", is_figure: true },
          ]}
          rows={data}
        >
          {(row) => (
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
          )}
        </Table>
      )}
    </Card>
  );
}

function isTied(rows: readonly { readonly rank: number }[], rank: number): boolean {
  return rows.filter((row) => row.rank === rank).length > 1;
}
