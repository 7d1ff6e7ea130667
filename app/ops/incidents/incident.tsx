import { type ReactNode, useId } from "react";
import type { OpsIncident } from "../../../shared/client/mod.ts";
import { useNow } from "../../cards/moment.ts";
import { setFilters } from "../../frame/location.ts";
import { fromNow, utcMinute } from "../../words/moments.ts";
import { counted, NONE } from "../../words/numbers.ts";
import { CopyText } from "../parts/copy_text.tsx";
import { Runbook } from "../runbook/runbook.tsx";
import { Delivery } from "./delivery.tsx";

interface Props {
  readonly incident: OpsIncident;
  /** Opened by the address, so that it can be sent to somebody as a link. */
  readonly is_open: boolean;
  /** Among which its cause may be. */
  readonly names: readonly OpsIncident[];
}

/** One line of an incident, and below it all that is known, when it is opened. */
export function Incident({ incident, is_open, names }: Props) {
  const now = useNow();
  const panel = useId();
  const { incident_id, severity, kind, subject, state, occurrence_count } = incident;
  return (
    <li className={`incident ${severity} ${state}`}>
      <button
        type="button"
        className="incident-head"
        aria-expanded={is_open}
        aria-controls={panel}
        onClick={() => setFilters({ incident: is_open ? null : String(incident_id) })}
      >
        <span className={`badge ${severity}`}>{severity}</span>
        <span className="incident-name">
          <span className="incident-subject">{subject}</span>
          <span className="quiet">{incident.summary}</span>
        </span>
        <span className="incident-facts quiet">
          <span>
            <code>{kind}</code> · seen {counted(occurrence_count, "time")}
          </span>
          <span>
            {state === "open"
              ? `opened ${fromNow(incident.opened_at, now)}`
              : `over since ${fromNow(incident.closed_at, now)}`}
            {incident.muted_until !== null && " · muted"}
          </span>
        </span>
      </button>
      <div id={panel} hidden={!is_open}>
        {is_open && <Known incident={incident} names={names} />}
      </div>
    </li>
  );
}

function Known({ incident, names }: Omit<Props, "is_open">) {
  const { message, repair_sql, cause_id, subject } = incident;
  const cause = names.find(({ incident_id }) => incident_id === cause_id);
  const facts: readonly (readonly [string, ReactNode])[] = [
    [
      "Cause",
      cause_id === null
        ? null
        : (
          <button type="button" className="plain" onClick={() => setFilters({ incident: String(cause_id) })}>
            {cause === undefined ? `incident ${cause_id}` : `${cause.kind} of ${cause.subject}`}
          </button>
        ),
    ],
    ["Job", incident.job],
    ["View", incident.view],
    ["Schedule", incident.schedule === null ? null : <code key="schedule">{incident.schedule}</code>],
    ["Run", incident.runid],
    ["SQLSTATE", incident.sqlstate === null ? null : <code key="sqlstate">{incident.sqlstate}</code>],
    ["First seen", utcMinute(incident.first_seen_at)],
    ["Last seen", utcMinute(incident.last_seen_at)],
    ["Opened", utcMinute(incident.opened_at)],
    ["Over", incident.closed_at === null ? null : `${utcMinute(incident.closed_at)}, ${incident.resolution ?? NONE}`],
    ["Muted until", incident.muted_until === null ? null : utcMinute(incident.muted_until)],
    ["Fingerprint", <code key="fingerprint">{incident.fingerprint}</code>],
  ];
  return (
    <div className="known">
      <section aria-label={`Evidence of ${subject}`}>
        <h3>Evidence</h3>
        {message !== null && <p className="message">{message}</p>}
        <dl className="facts">
          {facts.map(([name, value]) =>
            value !== null && (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            )
          )}
        </dl>
      </section>
      <section aria-label={`Repair of ${subject}`}>
        <h3>Repair</h3>
        {repair_sql === null
          ? <p className="quiet">No statement fits every case of this kind; the runbook says what to look at.</p>
          : (
            <>
              <p className="quiet">Read it before you run it, as postgres. Most of it only reads.</p>
              <CopyText text={repair_sql} of={`the repair of ${subject}`} />
            </>
          )}
      </section>
      <section aria-label={`Alerts about ${subject}`}>
        <h3>Alerts</h3>
        <Delivery incident={incident} />
      </section>
      <section aria-label={`Runbook of ${incident.kind}`}>
        <h3>Runbook</h3>
        <Runbook kind={incident.kind} />
      </section>
    </div>
  );
}
