import type { Resource } from "../../../../app/api/use_resource.ts";
import { Card } from "../../../../app/cards/card.tsx";
import { ExportButton } from "../../../../app/cards/export_button.tsx";
import { day, duration, number } from "../../../../app/words/numbers.ts";
import type { AnswerOf, ExportFilters } from "../../../../shared/client/mod.ts";
import { Table } from "../../../../app/cards/table.tsx";
import { Rest } from "../../../../app/cards/rest.tsx";

interface Props {
  readonly resource: Resource<AnswerOf<"study/sessions">>;
  readonly days: number;
  readonly filters: ExportFilters<"study/sessions">;
}

export function Sessions({ resource, days, filters }: Props) {
  return (
    <Card
      title="Sessions"
      size="wide"
      resource={resource}
      says_rest
      tools={<ExportButton name="study/sessions" filters={filters} of="the sessions of these days" />}
      empty={`No session in the last ${days} days. The next one appears here as soon as it begins.`}
    >
      {({ data, meta }) => (
        <>
          <Table
            name="Sessions"
            caption="Sessions of these days, the newest first; times are UTC"
            columns={[
              { title: "Day" },
              { title: "Began, UTC" },
              { title: "Length", is_figure: true },
              { title: "Answers", is_figure: true },
              { title: "Correct", is_figure: true },
              { title: "Materials", is_figure: true },
              { title: "Device" },
              { title: "Ended" },
            ]}
            rows={data}
          >
            {(row) => (
              <tr key={row.session_id}>
                <th scope="row">
                  <time dateTime={row.started_at}>{day(row.started_on)}</time>
                </th>
                <td>{row.started_at.slice(11, 16)}</td>
                <td className="figure">{duration(row.study_seconds)}</td>
                <td className="figure">{number(row.questions_attempted, 0)}</td>
                <td className="figure">{number(row.questions_correct, 0)}</td>
                <td className="figure">{number(row.materials_viewed, 0)}</td>
                <td>{row.device_type ?? "not known"}</td>
                <td>{row.ended_at === null ? "not reported" : row.ended_at.slice(11, 16)}</td>
              </tr>
            )}
          </Table>
          <Rest shown={data.length} of="session" total={meta.total_count} />
        </>
      )}
    </Card>
  );
}
