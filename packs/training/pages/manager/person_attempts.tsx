import type { Resource } from "../../../../app/api/use_resource.ts";
import { Card } from "../../../../app/cards/card.tsx";
import { ExportButton } from "../../../../app/cards/export_button.tsx";
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
          <div className="scrolls" tabIndex={0} role="region" aria-label="Attempts, as a table">
            <table>
              <caption className="sr-only">The last attempts, the newest first</caption>
              <thead>
                <tr>
                  <th scope="col">Day</th>
                  <th scope="col">Person</th>
                  <th scope="col">Scenario</th>
                  <th scope="col">State</th>
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
                    <td>{row.user_name ?? row.user_id}</td>
                    <th scope="row">{row.scenario_title ?? "A scenario that was removed"}</th>
                    <td>{row.status}</td>
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
          {meta.next_cursor !== null && (
            <p className="quiet">{data.length} of {number(meta.total_count ?? null, 0)} attempts are shown.</p>
          )}
        </>
      )}
    </Card>
  );
}
