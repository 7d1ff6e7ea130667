import type { Resource } from "../../../../app/api/use_resource.ts";
import { Card } from "../../../../app/cards/card.tsx";
import { ExportButton } from "../../../../app/cards/export_button.tsx";
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
        <div className="scrolls" tabIndex={0} role="region" aria-label="Last attempts, as a table">
          <table>
            <caption className="sr-only">Your last five attempts, the newest first</caption>
            <thead>
              <tr>
                <th scope="col">Day</th>
                <th scope="col">Scenario</th>
                <th scope="col" className="figure">Score</th>
                <th scope="col" className="figure">Duration</th>
                <th scope="col">Feedback</th>
              </tr>
            </thead>
            <tbody>
              {data.map((row) => (
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
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Card>
  );
}
