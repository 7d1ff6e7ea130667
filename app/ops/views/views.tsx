import type { Operator, OpsView } from "../../../shared/client/mod.ts";
import { Card } from "../../cards/card.tsx";
import { Choice } from "../../frame/choice.tsx";
import { chosen, useFilters } from "../../frame/location.ts";
import { isStale } from "../overview.tsx";
import { More, RowTable } from "../parts/row_table.tsx";
import type { OpsList } from "../use_ops.ts";
import { ViewRow } from "./view_row.tsx";

const COLUMNS = [
  { name: "View" },
  { name: "Age" },
  { name: "Last refreshes" },
  { name: "p50", is_figure: true },
  { name: "p95", is_figure: true },
  { name: "Rows", is_figure: true },
  { name: "Size", is_figure: true },
  { name: "Cost a day", is_figure: true },
  { name: "Next due" },
  { name: "Actions" },
];

interface Props {
  readonly list: OpsList<OpsView>;
  readonly operator: Operator;
  onRefreshed(): void;
}

export function Views({ list, operator, onRefreshed }: Props) {
  const shown = chosen(useFilters(), "views", ["all", "stale"]);
  return (
    <Card
      title="Views"
      size="wide"
      has_view={false}
      resource={list}
      empty="No view is registered. A migration registers one with analytics.register_view()."
      tools={
        <span className="task no-print">
          <Choice name="views" label="Show" value={shown} options={[["all", "all"], ["stale", "stale"]]} />
        </span>
      }
    >
      {({ data }) => {
        const rows = data.filter((view) => shown === "all" || isStale(view)).toSorted(staleFirst);
        return (
          <>
            {rows.length === 0
              ? <p className="state">Every view is within its objective.</p>
              : (
                <RowTable caption="Views, the stale ones first" columns={COLUMNS} rows={rows}>
                  {(view) => (
                    <ViewRow
                      key={view.view}
                      view={view}
                      answered_at={list.answered_at ?? Date.now()}
                      operator={operator}
                      onRefreshed={onRefreshed}
                    />
                  )}
                </RowTable>
              )}
            <More of="views" list={list} />
          </>
        );
      }}
    </Card>
  );
}

function staleFirst(left: OpsView, right: OpsView): number {
  return Number(isStale(right)) - Number(isStale(left)) || left.view.localeCompare(right.view);
}
