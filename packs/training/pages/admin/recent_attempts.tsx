import type { ReactNode } from "react";
import type { Resource } from "../../../../app/api/use_resource.ts";
import { Card } from "../../../../app/cards/card.tsx";
import { ExportButton } from "../../../../app/cards/export_button.tsx";
import { Rest } from "../../../../app/cards/rest.tsx";
import { Table } from "../../../../app/cards/table.tsx";
import { setFilters } from "../../../../app/frame/location.ts";
import type { PageProps } from "../../../../app/frame/pages.ts";
import { day, duration, number } from "../../../../app/words/numbers.ts";
import type { AnswerOf, ExportFilters } from "../../../../shared/client/mod.ts";
import { Feedback } from "../parts/feedback.tsx";

interface Props extends Pick<PageProps, "links"> {
  readonly resource: Resource<AnswerOf<"training/attempts">>;
  readonly filters: ExportFilters<"training/attempts">;
  /** Further filters. */
  readonly tools: ReactNode;
}

export function RecentAttempts({ resource, filters, tools, links }: Props) {
  const is_of_one = filters.user_id !== undefined;
  return (
    <Card
      title="Recent attempts"
      size="wide"
      resource={resource}
      says_rest
      tools={
        <span className="task no-print">
          {tools}
          {is_of_one && <button type="button" onClick={() => setFilters({ person: null })}>Everybody</button>}
          <ExportButton name="training/attempts" filters={filters} of="the attempts of these filters" />
        </span>
      }
      empty="No completed attempt in these days, at this scenario and of this person."
    >
      {({ data, meta }) => (
        <>
          <Table
            name="Recent attempts"
            caption="Completed attempts of these days, the newest first"
            columns={[
              { title: "Day" },
              { title: "Person" },
              { title: "Scenario" },
              { title: "Score", is_figure: true },
              { title: "Duration", is_figure: true },
              { title: "Feedback" },
            ]}
            rows={data}
          >
            {(row) => {
              const person = row.user_name ?? row.user_id;
              return (
                <tr key={row.attempt_id}>
                  <td>
                    <time dateTime={row.started_at}>{day(row.started_on)}</time>
                  </td>
                  <td>
                    {is_of_one
                      ? person
                      : (
                        <button type="button" className="plain" onClick={() => setFilters({ person: row.user_id })}>
                          {person}
                          <span className="sr-only">: show only these attempts</span>
                        </button>
                      )}
                  </td>
                  <th scope="row">{row.scenario_title ?? "A scenario that was removed"}</th>
                  <td className="figure">{number(row.score)}</td>
                  <td className="figure">{duration(row.duration_seconds)}</td>
                  <td>
                    <Feedback
                      id={row.feedback_id}
                      about={row.scenario_title ?? day(row.started_on)}
                      links={links}
                    />
                  </td>
                </tr>
              );
            }}
          </Table>
          <Rest shown={data.length} of="attempt" total={meta.total_count} />
        </>
      )}
    </Card>
  );
}
