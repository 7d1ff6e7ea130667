import type { Resource } from "../../../../app/api/use_resource.ts";
import { Card } from "../../../../app/cards/card.tsx";
import { ExportButton } from "../../../../app/cards/export_button.tsx";
import { RowsTable, type TableColumn } from "../../../../app/cards/rows_table.tsx";
import { duration, number, percent } from "../../../../app/words/numbers.ts";
import type { AnswerOf, ExportFilters, RowOf } from "../../../../shared/client/mod.ts";

type Quiz = RowOf<"engagement/quiz-completion-rates">;

const COLUMNS: readonly TableColumn<Quiz>[] = [
  { title: "Track", cell: (row) => row.track_title ?? "A track that was removed" },
  { title: "Quiz", is_head: true, cell: (row) => <code>{row.quiz_id.slice(0, 8)}</code> },
  { title: "Started", is_figure: true, cell: (row) => number(row.started_count, 0) },
  {
    title: "Completed",
    cell: (row) => (
      <span className="measure">
        <meter value={row.completion_rate} aria-hidden="true" /> {percent(row.completion_rate)}
      </span>
    ),
  },
  { title: "Average score", is_figure: true, cell: (row) => number(row.avg_score) },
  {
    title: "Median time",
    is_figure: true,
    cell: (row) => duration(row.median_duration_ms === null ? null : row.median_duration_ms / 1_000),
  },
];

/** The quizzes that most learners leave first. */
export function Quizzes({ resource, filters }: {
  readonly resource: Resource<AnswerOf<"engagement/quiz-completion-rates">>;
  readonly filters: ExportFilters<"engagement/quiz-completion-rates">;
}) {
  return (
    <Card
      title="Quizzes"
      size="wide"
      resource={resource}
      tools={<ExportButton name="engagement/quiz-completion-rates" filters={filters} of="the quizzes" />}
      isEmpty={({ data, meta }) => data.length === 0 && (meta.withheld_count ?? 0) === 0}
      empty="No quiz of such a track was started yet. The fifth attempt opens its row."
      tooFew={({ data }) => data.length > 0 ? null : "Every quiz was started fewer than five times."}
    >
      {({ data, meta }) => (
        <>
          <RowsTable
            name="Quizzes"
            caption="Quizzes by how many of their attempts are completed, the fewest first"
            columns={COLUMNS}
            rows={data.toSorted((left, right) => left.completion_rate - right.completion_rate)}
            keyOf={(row) => `${row.track_id} ${row.quiz_id}`}
          />
          {meta.next_cursor !== null && (
            <p className="quiet">{number(data.length, 0)} quizzes are shown; the export has all of them.</p>
          )}
        </>
      )}
    </Card>
  );
}
