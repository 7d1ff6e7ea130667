import { useResource } from "../../../../app/api/use_resource.ts";
import { Card } from "../../../../app/cards/card.tsx";
import { ExportButton } from "../../../../app/cards/export_button.tsx";
import { RowsTable, type TableColumn } from "../../../../app/cards/rows_table.tsx";
import { setFilters } from "../../../../app/frame/location.ts";
import { number } from "../../../../app/words/numbers.ts";
import type { RowOf } from "../../../../shared/client/mod.ts";

type Wins = RowOf<"arena/time-to-first-win">;

const COLUMNS: readonly TableColumn<Wins>[] = [
  {
    title: "Challenge",
    is_head: true,
    cell: (row) => (
      <button type="button" className="plain" onClick={() => setFilters({ challenge: row.challenge_id })}>
        {row.challenge_title}
        <span className="sr-only">: show this challenge</span>
      </button>
    ),
  },
  { title: "Days to the first win", is_figure: true, cell: (row) => number(row.avg_days_to_first_win) },
  { title: "Agents that have won", is_figure: true, cell: (row) => number(row.agents_with_win, 0) },
];

/** From the first scored submission, on average; the quickest challenge first. */
export function TimeToFirstWin({ current }: { readonly current: string | null }) {
  const wins = useResource("arena/time-to-first-win", {});
  return (
    <Card
      title="Time to the first win"
      size="wide"
      resource={wins}
      tools={<ExportButton name="arena/time-to-first-win" filters={{}} of="the challenges" />}
      isEmpty={({ data, meta }) => data.length === 0 && (meta.withheld_count ?? 0) === 0}
      empty="Nobody has won a bout yet. A challenge appears here when five agents have won one."
      tooFew={({ data }) => data.length > 0 ? null : "In every challenge fewer than five agents have won a bout."}
    >
      {({ data }) => (
        <RowsTable
          name="Time to the first win"
          caption="Days from an agent's first scored submission to its first win, on average"
          columns={COLUMNS}
          rows={data.toSorted((left, right) => left.avg_days_to_first_win - right.avg_days_to_first_win)}
          keyOf={(row) => row.challenge_id}
          isCurrent={(row) => row.challenge_id === current}
        />
      )}
    </Card>
  );
}
