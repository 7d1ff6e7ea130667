import type { OpsAlert, OpsOutboxTotals } from "../../shared/client/mod.ts";
import { Card } from "../cards/card.tsx";
import { useNow } from "../cards/moment.ts";
import { Choice } from "../frame/choice.tsx";
import { chosen, setFilters, useFilters } from "../frame/location.ts";
import { fromNow, utcMinute } from "../words/moments.ts";
import { duration, NONE, number } from "../words/numbers.ts";
import { stateText } from "./incidents/delivery.tsx";
import { waitingText } from "./overview.tsx";
import { Cell, More, RowTable } from "./parts/row_table.tsx";
import type { OpsList } from "./use_ops.ts";

const COLUMNS = [
  { name: "Alert" },
  { name: "State" },
  { name: "Waited", is_figure: true },
  { name: "Attempts", is_figure: true },
  { name: "Next attempt" },
];

const EMPTY = {
  undelivered: "Every alert has been delivered.",
  delivered: "No alert has been delivered yet. The first one is sent when an incident opens.",
  all: "No alert has been written yet. The first one is written when an incident opens.",
} as const;

export function Outbox({ list }: { readonly list: OpsList<OpsAlert, OpsOutboxTotals> }) {
  const shown = chosen(useFilters(), "outbox", ["undelivered", "delivered", "all"]);
  const now = useNow();
  return (
    <Card
      title="Outbox"
      size="wide"
      has_view={false}
      resource={list}
      empty={EMPTY[shown]}
      tools={
        <span className="task no-print">
          <Choice
            name="outbox"
            label="Show"
            value={shown}
            options={[["undelivered", "undelivered"], ["delivered", "delivered"], ["all", "all"]]}
          />
        </span>
      }
    >
      {({ data, meta }) => (
        <>
          <p className="quiet">In all: {waitingText(meta)}.</p>
          <RowTable caption="Alerts" columns={COLUMNS} rows={data}>
            {(alert) => (
              <tr key={alert.event_id} role="row">
                <th scope="row" role="rowheader">
                  <button
                    type="button"
                    className="plain row-name"
                    onClick={() => setFilters({ incidents: "all", incident: String(alert.incident_id) })}
                  >
                    {alert.kind} of {alert.subject}
                    <span className="sr-only">: open the incident</span>
                  </button>
                  <span className="quiet row-about">{alert.transition} {utcMinute(alert.created_at)}</span>
                  {alert.last_error !== null && <span className="message">{alert.last_error}</span>}
                </th>
                <Cell of="State">
                  <span className={`badge ${alert.state}`}>{stateText(alert.state)}</span>
                </Cell>
                <Cell of="Waited" is_figure>{duration(alert.age_seconds)}</Cell>
                <Cell of="Attempts" is_figure>{number(alert.attempt_count, 0)}</Cell>
                <Cell of="Next attempt">{nextText(alert, now)}</Cell>
              </tr>
            )}
          </RowTable>
          <More of="alerts" list={list} />
        </>
      )}
    </Card>
  );
}

function nextText({ lease_until, next_attempt_at }: OpsAlert, now: number): string {
  if (lease_until !== null && Date.parse(lease_until) > now) return "being sent";
  if (next_attempt_at === null) return NONE;
  return Date.parse(next_attempt_at) <= now ? "with the next audit" : fromNow(next_attempt_at, now);
}
