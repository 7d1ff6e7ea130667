import type { Resource } from "../../../../app/api/use_resource.ts";
import { Card } from "../../../../app/cards/card.tsx";
import { ExportButton } from "../../../../app/cards/export_button.tsx";
import { Table } from "../../../../app/cards/table.tsx";
import { number } from "../../../../app/words/numbers.ts";
import type { AnswerOf, ExportFilters } from "../../../../shared/client/mod.ts";

interface Props {
  readonly resource: Resource<AnswerOf<"training/kpi/cohorts">>;
  readonly name: string;
  readonly filters: ExportFilters<"training/kpi/cohorts">;
}

/** Fewer people than this with a score make no average that says something about the others. */
const FEW = 5;

export function Cohorts({ resource, name, filters }: Props) {
  return (
    <Card
      title="Cohorts"
      size="wide"
      resource={resource}
      tools={<ExportButton name="training/kpi/cohorts" filters={filters} of="the cohorts" />}
      isEmpty={({ data }) => data.every(({ users_count }) => users_count === 0)}
      empty="No person has a completed attempt in these days."
      tooFew={({ data }) => {
        const scored = data.reduce((sum, row) => sum + row.scored_users_count, 0);
        return scored >= FEW ? null : `${scored} of the people have a score: cohorts begin at ${FEW}.`;
      }}
    >
      {({ data }) => (
        <Table
          name="Cohorts"
          caption={`People by how often "${name}" occurs in an attempt of theirs`}
          columns={[
            { title: "Events per attempt" },
            { title: "People", is_figure: true },
            { title: "Average score", is_figure: true },
            { title: "of people", is_figure: true },
            { title: "Attempts", is_figure: true },
            { title: "Events", is_figure: true },
          ]}
          rows={data}
        >
          {(row) => (
            <tr key={row.cohort}>
              <th scope="row">{row.label}</th>
              <td className="figure">{number(row.users_count, 0)}</td>
              <td className="figure">{number(row.avg_score)}</td>
              <td className="figure">{number(row.scored_users_count, 0)}</td>
              <td className="figure">{number(row.attempts_count, 0)}</td>
              <td className="figure">{number(row.events_count, 0)}</td>
            </tr>
          )}
        </Table>
      )}
    </Card>
  );
}
