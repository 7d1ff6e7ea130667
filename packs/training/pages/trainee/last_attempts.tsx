import type { Resource } from "../../../../app/api/use_resource.ts";
import { Card } from "../../../../app/cards/card.tsx";
import { ExportButton } from "../../../../app/cards/export_button.tsx";
import { Table } from "../../../../app/cards/table.tsx";
import type { PageProps } from "../../../../app/frame/pages.ts";
import { day, duration, number } from "../../../../app/words/numbers.ts";
import type { AnswerOf } from "../../../../shared/client/mod.ts";
import { Feedback } from "../parts/feedback.tsx";

interface Props extends Pick<PageProps, "links"> {
  readonly resource: Resource<AnswerOf<"training/me/attempts">>;
}

export function LastAttempts({ resource, links }: Props) {
  return (
    <Card
      title="Last attempts"
      size="wide"
      resource={resource}
      tools={<ExportButton name="training/me/attempts" filters={{}} of="my attempts" />}
      empty="No attempt yet. Start one of your assignments; it appears here when it has ended."
    >
      {({ data }) => (
        <Table
          name="Last attempts"
          caption="Your last five attempts, the newest first"
          columns={[
            { title: "Day" },
            { title: "Scenario" },
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
              <th scope="row">{row.scenario_title ?? "A scenario that was removed"}</th>
              <td className="figure">{number(row.score)}</td>
              <td className="figure">{duration(row.duration_seconds)}</td>
              <td>
                <Feedback id={row.feedback_id} about={row.scenario_title ?? day(row.started_on)} links={links} />
              </td>
            </tr>
          )}
        </Table>
      )}
    </Card>
  );
}
