import type { Resource } from "../../../../app/api/use_resource.ts";
import { Card } from "../../../../app/cards/card.tsx";
import { ExportButton } from "../../../../app/cards/export_button.tsx";
import { RowsTable, type TableColumn } from "../../../../app/cards/rows_table.tsx";
import { setFilters } from "../../../../app/frame/location.ts";
import { duration, number } from "../../../../app/words/numbers.ts";
import type { AnswerOf, RowOf } from "../../../../shared/client/mod.ts";

type Track = RowOf<"engagement/popular-tracks">;

const COLUMNS: readonly TableColumn<Track>[] = [
  { title: "Rank", is_figure: true, cell: (row) => number(row.popularity_rank, 0) },
  { title: "Track", is_head: true, cell: (row) => row.title },
  { title: "Learners", is_figure: true, cell: (row) => number(row.learners_count, 0) },
  { title: "Sessions", is_figure: true, cell: (row) => number(row.sessions_count, 0) },
  { title: "Completed quizzes", is_figure: true, cell: (row) => number(row.completed_quizzes_count, 0) },
  { title: "Time in all", is_figure: true, cell: (row) => duration(row.total_seconds) },
];

export function PopularTracks({ resource, track }: {
  readonly resource: Resource<AnswerOf<"engagement/popular-tracks">>;
  /** Whose quizzes are shown below; null for those of all. */
  readonly track: string | null;
}) {
  const columns: readonly TableColumn<Track>[] = [...COLUMNS, {
    title: "Quizzes below",
    no_print: true,
    cell: (row) => (
      <button
        type="button"
        aria-pressed={row.track_id === track}
        onClick={() => setFilters({ track: row.track_id === track ? null : row.track_id })}
      >
        {row.track_id === track ? "Show all" : "Show"}
        <span className="sr-only">{row.track_id === track ? " tracks' quizzes" : ` only those of ${row.title}`}</span>
      </button>
    ),
  }];
  return (
    <Card
      title="Popular tracks"
      size="wide"
      resource={resource}
      tools={<ExportButton name="engagement/popular-tracks" filters={{}} of="the tracks" />}
      empty="There is no track yet. A track appears here with its first learner."
    >
      {({ data }) => (
        <RowsTable
          name="Popular tracks"
          caption="Tracks by their number of learners; equal ones share a rank"
          columns={columns}
          rows={data}
          keyOf={(row) => row.track_id}
          isCurrent={(row) => row.track_id === track}
        />
      )}
    </Card>
  );
}
