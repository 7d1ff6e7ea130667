import type { Resource } from "../../../../app/api/use_resource.ts";
import { Card } from "../../../../app/cards/card.tsx";
import { ExportButton } from "../../../../app/cards/export_button.tsx";
import { Table } from "../../../../app/cards/table.tsx";
import { setFilters } from "../../../../app/frame/location.ts";
import { day, number } from "../../../../app/words/numbers.ts";
import type { AnswerOf } from "../../../../shared/client/mod.ts";

interface Props {
  readonly resource: Resource<AnswerOf<"training/people/figures">>;
  /** Whose attempts are shown below; null for everybody's. */
  readonly person: string | null;
  readonly from: string;
  readonly to: string;
}

export function People({ resource, person, from, to }: Props) {
  return (
    <Card
      title="People"
      size="wide"
      resource={resource}
      tools={
        <ExportButton
          name="training/people/figures"
          filters={{ from, to, membership: "current" }}
          of="people's figures"
        />
      }
      empty="No person reports to you yet."
    >
      {({ data }) => (
        <Table
          name="People"
          caption="Your people with their attempts of the period and their assignments"
          columns={[
            { title: "Person" },
            { title: "Attempts", is_figure: true },
            { title: "Average", is_figure: true },
            { title: "Completed", is_figure: true },
            { title: "Overdue", is_figure: true },
            { title: "Last active" },
            { title: "Attempts below", no_print: true },
          ]}
          rows={data}
        >
          {(row) => {
            const name = row.name ?? row.user_id;
            const is_chosen = row.user_id === person;
            return (
              <tr key={`${row.org_id} ${row.user_id}`}>
                <th scope="row">{name}</th>
                <td className="figure">{number(row.attempts_count, 0)}</td>
                <td className="figure">{number(row.avg_score)}</td>
                <td className="figure">{row.completed_count} of {row.assignments_count}</td>
                <td className="figure">{number(row.overdue_count, 0)}</td>
                <td>{day(row.last_active_on)}</td>
                <td className="no-print">
                  <button
                    type="button"
                    aria-pressed={is_chosen}
                    onClick={() => setFilters({ person: is_chosen ? null : row.user_id })}
                  >
                    {is_chosen ? "Show all" : "Show"}
                    <span className="sr-only">{is_chosen ? " people's attempts" : ` only those of ${name}`}</span>
                  </button>
                </td>
              </tr>
            );
          }}
        </Table>
      )}
    </Card>
  );
}
