import type { OpsAction } from "../../shared/client/mod.ts";
import { Card } from "../cards/card.tsx";
import { utcMinute } from "../words/moments.ts";
import { NONE } from "../words/numbers.ts";
import { Cell, More, RowTable } from "./parts/row_table.tsx";
import { whoOf } from "./parts/who.ts";
import type { OpsList } from "./use_ops.ts";

const COLUMNS = [{ name: "What" }, { name: "Who" }, { name: "When" }, { name: "Reason" }, { name: "Request" }];

export function Actions({ list }: { readonly list: OpsList<OpsAction> }) {
  return (
    <Card
      title="Operator actions"
      size="wide"
      has_view={false}
      resource={list}
      empty="Nobody has muted, unmuted, adopted or refreshed anything yet. What is done here is recorded with who did it."
    >
      {({ data }) => (
        <>
          <RowTable caption="What operators did, the newest first" columns={COLUMNS} rows={data}>
            {(action) => (
              <tr key={action.action_id} role="row">
                <th scope="row" role="rowheader">
                  <span className="row-name">
                    <span className="badge">{action.action}</span> {action.subject}
                  </span>
                  {action.muted_until !== null && (
                    <span className="quiet row-about">until {utcMinute(action.muted_until)}</span>
                  )}
                </th>
                <Cell of="Who">{whoOf(action)}</Cell>
                <Cell of="When">
                  <time dateTime={action.acted_at}>{utcMinute(action.acted_at)}</time>
                </Cell>
                <Cell of="Reason">{action.reason ?? NONE}</Cell>
                <Cell of="Request">{action.request_id === null ? NONE : <code>{action.request_id}</code>}</Cell>
              </tr>
            )}
          </RowTable>
          <More of="actions" list={list} />
        </>
      )}
    </Card>
  );
}
