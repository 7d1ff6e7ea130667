import type { OpsIncident } from "../../../shared/client/mod.ts";
import { utcMinute } from "../../words/moments.ts";
import { counted } from "../../words/numbers.ts";

/** What was sent about an incident, and whether it arrived. */
export function Delivery({ incident: { alerts, cause_id, muted_until, announced_at } }: {
  readonly incident: OpsIncident;
}) {
  if (alerts.length === 0) {
    return (
      <p className="quiet">
        {cause_id !== null
          ? "Nothing is sent about it: the alert about its cause names it."
          : muted_until !== null
          ? `Held back until ${utcMinute(muted_until)}, since its job is muted.`
          : announced_at === null
          ? "Not yet: alerts are written at the end of a pass of the audit."
          : "Nothing was sent about it by itself: the alert of a group names it."}
      </p>
    );
  }
  return (
    <ul className="list">
      {alerts.map((alert) => (
        <li key={alert.event_id}>
          <div>
            {alert.transition} <span className={`badge ${alert.state}`}>{stateText(alert.state)}</span>{" "}
            <span className="quiet">
              {alert.delivered_at !== null && `${utcMinute(alert.delivered_at)}, `}
              {counted(alert.attempt_count, "attempt")}
              {alert.resolved_at !== null && `; its issue was closed ${utcMinute(alert.resolved_at)}`}
            </span>
            {alert.last_error !== null && <p className="message">{alert.last_error}</p>}
            {alert.resolve_error !== null && <p className="message">The issue stays open: {alert.resolve_error}</p>}
          </div>
        </li>
      ))}
    </ul>
  );
}

export function stateText(state: string): string {
  return state === "parked" ? "refused by the receiver" : state === "pending" ? "waiting" : state;
}
