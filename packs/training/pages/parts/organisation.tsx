import type { ReactNode } from "react";
import { useResource } from "../../../../app/api/use_resource.ts";
import { Card } from "../../../../app/cards/card.tsx";
import { Table } from "../../../../app/cards/table.tsx";
import { setFilters, useFilters } from "../../../../app/frame/location.ts";
import type { PageProps } from "../../../../app/frame/pages.ts";
import { day, number } from "../../../../app/words/numbers.ts";

/** The organisation of the page: the administrator's own, or the one that an administrator of the platform chooses. */
export function OfOrganisation({ claims, children }: Pick<PageProps, "claims"> & {
  readonly children: (org_id: string) => ReactNode;
}) {
  const chosen = useFilters().get("org");
  const org_id = claims.is_admin ? chosen : claims.org_id;
  return org_id === null ? <Organisations /> : children(org_id);
}

/** For an administrator of the platform who looks at one of several. */
export function OtherOrganisation({ claims }: Pick<PageProps, "claims">) {
  if (!claims.is_admin) return null;
  return (
    <button type="button" onClick={() => setFilters({ org: null, scenario: null, person: null })}>
      Other organisation
    </button>
  );
}

function Organisations() {
  const resource = useResource("training/org-overview", {});
  return (
    <div className="page">
      <div className="page-head">
        <h1>Organisations</h1>
      </div>
      <div className="cards">
        <Card
          title="All organisations"
          size="wide"
          resource={resource}
          empty="There is no organisation with an attempt yet."
        >
          {({ data }) => (
            <Table
              name="Organisations"
              caption="Organisations with their attempts of all time"
              columns={[
                { title: "Organisation" },
                { title: "Attempts", is_figure: true },
                { title: "Average", is_figure: true },
                { title: "Last active" },
              ]}
              rows={data}
            >
              {(row) => (
                <tr key={row.org_id}>
                  <th scope="row">
                    <button type="button" onClick={() => setFilters({ org: row.org_id })}>{row.name}</button>
                  </th>
                  <td className="figure">{number(row.total_attempts, 0)}</td>
                  <td className="figure">{number(row.avg_score)}</td>
                  <td>{day(row.last_activity)}</td>
                </tr>
              )}
            </Table>
          )}
        </Card>
      </div>
    </div>
  );
}
