import type { Resource } from "../../../../app/api/use_resource.ts";
import { Card } from "../../../../app/cards/card.tsx";
import { ExportButton } from "../../../../app/cards/export_button.tsx";
import { Rest } from "../../../../app/cards/rest.tsx";
import { Table } from "../../../../app/cards/table.tsx";
import type { PageProps } from "../../../../app/frame/pages.ts";
import { day, duration, number } from "../../../../app/words/numbers.ts";
import type { AnswerOf } from "../../../../shared/client/mod.ts";
import { Feedback } from "../parts/feedback.tsx";

interface Props extends Pick<PageProps, "links"> {
  readonly resource: Resource<AnswerOf<"training/people/attempts">>;
  readonly person: string | null;
  /** Whose attempts these are; null for everybody's. */
  readonly name: string | null;
}

export function PersonAttempts({ resource, person, name, links }: Props) {
  return (
    <Card
      title={name === null ? "Last attempts of the team" : `Last attempts of ${name}`}
      size="wide"
      resource={resource}
      says_rest
      tools={
        <ExportButton name="training/people/attempts" filters={{ user_id: person ?? undefined }} of="these attempts" />
      }
      empty="There is no attempt yet."
    >
      {({ data, meta }) => (
        <>
          <Table
            name="Attempts"
            caption="The last attempts, the newest first"
            columns={[
              { title: "Day" },
              { title: "Person" },
              { title: "Scenario" },
              { title: "State" },
              { title: "Score", is_figure: true },
              { title: "Duration", is_figure: true },
              { title: "Feedback" },
            ]}
            rows={data}
          >
            {(row) => (
              <tr key={row.attempt_id}>
                <td>
                  <time dateTime={row.started_at}>{day(row.started_on)}</time>
                </td>
                <td>{row.user_name ?? row.user_id}</td>
                <th scope="row">{row.scenario_title ?? "A scenario that was removed"}</th>
                <td>{row.status}</td>
                <td className="figure">{number(row.score)}</td>
                <td className="figure">{duration(row.duration_seconds)}</td>
                <td>
                  <Feedback id={row.feedback_id} about={row.scenario_title ?? day(row.started_on)} links={links} />
                </td>
              </tr>
            )}
          </Table>
          <Rest shown={data.length} of="attempt" total={meta.total_count} />
        </>
      )}
    </Card>
  );
}
