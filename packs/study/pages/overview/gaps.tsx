import type { Resource } from "../../../../app/api/use_resource.ts";
import { Card } from "../../../../app/cards/card.tsx";
import { ExportButton } from "../../../../app/cards/export_button.tsx";
import { Choice } from "../../../../app/frame/choice.tsx";
import { number, percent } from "../../../../app/words/numbers.ts";
import type { AnswerOf, ExportFilters, RowOf } from "../../../../shared/client/mod.ts";
import { Table } from "../../../../app/cards/table.tsx";
import { type Term, TermBar, TermLegend } from "../parts/term_bar.tsx";

interface Props {
  readonly resource: Resource<AnswerOf<"study/gaps">>;
  readonly count: number;
  readonly filters: ExportFilters<"study/gaps">;
}

/** docs/study-nights.md has the formula. */
const NAMES = ["Not mastered, × 3", "Weight in the exam, × 2", "Topics that need it", "Wrong lately, × 1.5"] as const;

export function Gaps({ resource, count, filters }: Props) {
  return (
    <Card
      title="What to learn next"
      size="wide"
      resource={resource}
      empty="No gap is computed yet. The night after your first answers orders all topics of the curriculum."
      tools={
        <span className="task no-print">
          <Choice
            name="gaps"
            label="Topics"
            value={String(count)}
            options={[["10", "10"], ["25", "25"], ["50", "50"]]}
          />
          <ExportButton name="study/gaps" filters={filters} of="the gaps" />
        </span>
      }
    >
      {({ data }) => {
        const most = Math.max(...data.map(({ priority_score }) => priority_score));
        return (
          <>
            <Table
              name="What to learn next"
              caption="Topics by how urgent they are, with the terms of the priority"
              columns={[
                { title: "Topic" },
                { title: "Priority", is_figure: true },
                { title: "Its terms" },
                { title: "Not mastered", is_figure: true },
                { title: "Weight in the exam", is_figure: true },
                { title: "Topics that need it", is_figure: true },
                { title: "Wrong lately", is_figure: true },
              ]}
              rows={data}
            >
              {(row) => (
                <tr key={row.topic_id}>
                  <th scope="row">{row.topic_name}</th>
                  <td className="figure">{number(row.priority_score, 2)}</td>
                  <td>
                    <TermBar terms={termsOf(row)} most={most} />
                  </td>
                  <td className="figure">{percent(row.gap_score)}</td>
                  <td className="figure">{number(row.board_exam_weight)} of 10</td>
                  <td className="figure">{number(row.prerequisite_impact, 0)}</td>
                  <td className="figure">{percent(row.recent_failure_rate)}</td>
                </tr>
              )}
            </Table>
            <TermLegend names={NAMES} />
            <p className="quiet">
              The priority adds what is not mastered (1 for a topic never met) three times, the weight in the exam
              twice, the number of topics that need this one first, and one and a half times the share of wrong answers
              of the last 14 days.
            </p>
          </>
        );
      }}
    </Card>
  );
}

function termsOf(row: RowOf<"study/gaps">): Term[] {
  const parts = [
    row.gap_score * 3,
    row.board_exam_weight * 2,
    row.prerequisite_impact,
    row.recent_failure_rate * 1.5,
  ];
  return NAMES.map((name, place) => ({ name, part: parts[place] ?? 0 }));
}
