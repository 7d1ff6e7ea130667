import { useResource } from "../../../../app/api/use_resource.ts";
import { Card } from "../../../../app/cards/card.tsx";
import { ExportButton } from "../../../../app/cards/export_button.tsx";
import { RowsTable, type TableColumn } from "../../../../app/cards/rows_table.tsx";
import { Choice } from "../../../../app/frame/choice.tsx";
import { chosen, setFilters, useFilters } from "../../../../app/frame/location.ts";
import { change, number } from "../../../../app/words/numbers.ts";
import type { RowOf } from "../../../../shared/client/mod.ts";

const SHOWN = ["weak", "all"] as const;

type Pattern = RowOf<"arena/weakness-patterns">;

const CATEGORIES: Readonly<Record<Pattern["performance_category"], readonly [text: string, kind: string]>> = {
  persistent_weakness: ["in the lowest quarter", "overdue"],
  below_median: ["below the median", "below"],
  average: ["average", ""],
  consistent_strength: ["in the highest quarter", "completed"],
};

const COLUMNS: readonly TableColumn<Pattern>[] = [
  {
    title: "Challenge",
    cell: (row) => (
      <button type="button" className="plain" onClick={() => setFilters({ challenge: row.challenge_id })}>
        {row.challenge_title}
        <span className="sr-only">: show this challenge</span>
      </button>
    ),
  },
  { title: "Lane", is_head: true, cell: (row) => row.lane_key },
  { title: "Own average", is_figure: true, cell: (row) => number(row.avg_score) },
  { title: "Field's median", is_figure: true, cell: (row) => number(row.challenge_p50) },
  {
    title: "Among all",
    cell: (row) => {
      const [text, kind] = CATEGORIES[row.performance_category];
      return <span className={`badge ${kind}`}>{text}</span>;
    },
  },
  { title: "Change by day", is_figure: true, cell: (row) => change(row.score_trend_per_day, 2) },
  { title: "Submissions", is_figure: true, cell: (row) => number(row.attempt_count, 0) },
];

/** Lanes of all challenges in which the agent stays below the field. */
export function Weaknesses({ agent_id, agent, current }: {
  readonly agent_id: string;
  readonly agent: string;
  /** The challenge that the page shows. */
  readonly current: string;
}) {
  const category = chosen(useFilters(), "lanes", SHOWN);
  const patterns = useResource("arena/weakness-patterns", { agent_id, category, limit: 20 });
  return (
    <Card
      title="Weaknesses"
      size="wide"
      resource={patterns}
      tools={
        <span className="task no-print">
          <Choice name="lanes" label="Show" value={category} options={[["weak", "weak lanes"], ["all", "all lanes"]]} />
          <ExportButton name="arena/weakness-patterns" filters={{ agent_id, category }} of="the lanes of this agent" />
        </span>
      }
      empty={category === "weak"
        ? `${agent} is at the field's median or above in every lane.`
        : `${agent} has no scored submission yet.`}
    >
      {({ data }) => (
        <RowsTable
          name="Weaknesses"
          caption={`Lanes of ${agent}, the lowest average first`}
          columns={COLUMNS}
          rows={data}
          keyOf={(row) => `${row.challenge_id} ${row.lane_key}`}
          isCurrent={(row) => row.challenge_id === current}
        />
      )}
    </Card>
  );
}
