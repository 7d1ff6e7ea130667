import type { Resource } from "../../../../app/api/use_resource.ts";
import { Card } from "../../../../app/cards/card.tsx";
import { ExportButton } from "../../../../app/cards/export_button.tsx";
import { Table } from "../../../../app/cards/table.tsx";
import { setFilters } from "../../../../app/frame/location.ts";
import type { PageProps } from "../../../../app/frame/pages.ts";
import { linkTo } from "../../../../app/session/settings.ts";
import { number } from "../../../../app/words/numbers.ts";
import type { AnswerOf } from "../../../../shared/client/mod.ts";

interface Props extends Pick<PageProps, "links"> {
  readonly resource: Resource<AnswerOf<"training/top-scenarios">>;
  /** Whose attempts are shown below; null for those of all. */
  readonly scenario: string | null;
  readonly filters: { readonly org_id: string; readonly from: string; readonly to: string };
}

export function TopScenarios({ resource, scenario, filters, links }: Props) {
  return (
    <Card
      title="Top scenarios"
      size="wide"
      resource={resource}
      tools={<ExportButton name="training/top-scenarios" filters={filters} of="the scenarios of these days" />}
      empty="No attempt in these days has a score. The table appears with the first one."
    >
      {({ data }) => (
        <Table
          name="Top scenarios"
          caption="The scenarios with the most scored attempts of these days"
          columns={[
            { title: "Scenario" },
            { title: "Attempts", is_figure: true },
            { title: "Average", is_figure: true },
            { title: "Attempts below", no_print: true },
          ]}
          rows={data}
        >
          {(row) => {
            const title = row.title ?? "A scenario that was removed";
            const href = linkTo(links["scenario"], { scenario_id: row.scenario_id });
            const is_chosen = row.scenario_id === scenario;
            return (
              <tr key={row.scenario_id}>
                <th scope="row">{href === null ? title : <a href={href}>{title}</a>}</th>
                <td className="figure">{number(row.attempt_count, 0)}</td>
                <td className="figure">{number(row.avg_score)}</td>
                <td className="no-print">
                  <button
                    type="button"
                    aria-pressed={is_chosen}
                    onClick={() => setFilters({ scenario: is_chosen ? null : row.scenario_id })}
                  >
                    {is_chosen ? "Show all" : "Show"}
                    <span className="sr-only">
                      {is_chosen ? " scenarios' attempts" : ` only those at ${title}`}
                    </span>
                  </button>
                </td>
              </tr>
            );
          }}
        </Table>
      )}
    </Card>
  );
}
