import type { Resource } from "../../../../app/api/use_resource.ts";
import { Card } from "../../../../app/cards/card.tsx";
import { ExportButton } from "../../../../app/cards/export_button.tsx";
import { RowsTable, type TableColumn } from "../../../../app/cards/rows_table.tsx";
import { duration, number, percent } from "../../../../app/words/numbers.ts";
import type { AnswerOf, RowOf } from "../../../../shared/client/mod.ts";

type Explanation = RowOf<"engagement/explanation-engagement">;

const COLUMNS: readonly TableColumn<Explanation>[] = [
  { title: "Question", is_head: true, cell: (row) => row.question_text ?? <code>{row.question_id}</code> },
  { title: "Opened", is_figure: true, cell: (row) => number(row.views_count, 0) },
  { title: "Learners", is_figure: true, cell: (row) => number(row.learners_count, 0) },
  {
    title: "Median time",
    is_figure: true,
    cell: (row) => duration(row.median_dwell_ms === null ? null : row.median_dwell_ms / 1_000),
  },
  { title: "Found helpful", is_figure: true, cell: (row) => percent(row.helpful_rate) },
  { title: "Opened again", is_figure: true, cell: (row) => percent(row.revisit_rate) },
];

export function Explanations({ resource }: {
  readonly resource: Resource<AnswerOf<"engagement/explanation-engagement">>;
}) {
  return (
    <Card
      title="Explanations"
      size="wide"
      resource={resource}
      tools={<ExportButton name="engagement/explanation-engagement" filters={{}} of="the explanations" />}
      isEmpty={({ data, meta }) => data.length === 0 && (meta.withheld_count ?? 0) === 0}
      empty="No explanation was opened yet. The fifth learner of one opens its row."
      tooFew={({ data }) => data.length > 0 ? null : "Every explanation was opened by fewer than five learners."}
    >
      {({ data, meta }) => (
        <>
          <RowsTable
            name="Explanations"
            caption="Explanations of questions, the most opened first"
            columns={COLUMNS}
            rows={data}
            keyOf={(row) => row.question_id}
          />
          {meta.next_cursor !== null && (
            <p className="quiet">The {number(data.length, 0)} most opened are shown; the export has all of them.</p>
          )}
        </>
      )}
    </Card>
  );
}
