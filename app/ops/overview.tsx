import type { OpsAlert, OpsIncident, OpsOutboxTotals, OpsView } from "../../shared/client/mod.ts";
import type { Resource } from "../api/use_resource.ts";
import { Card } from "../cards/card.tsx";
import { Stat } from "../cards/stat.tsx";
import { counted, duration, NONE, number } from "../words/numbers.ts";
import type { Health } from "./unlisted.ts";
import type { OpsAnswer, OpsList } from "./use_ops.ts";

interface Props {
  readonly health: Resource<OpsAnswer<Health>>;
  readonly incidents: OpsList<OpsIncident>;
  readonly views: OpsList<OpsView>;
  readonly outbox: OpsList<OpsAlert, OpsOutboxTotals>;
}

/** No data are never "none". */
const NOT_KNOWN = "not known";
const WORDS = { ok: "All well", unknown: "Not known", bad: "Trouble" } as const;
const SIGNS = { ok: "✓", unknown: "?", bad: "✕" } as const;

/** Whether somebody has to do something, in one look. */
export function Overview({ health, incidents, views, outbox }: Props) {
  return (
    <Card
      title="Now"
      size="wide"
      has_view={false}
      resource={health}
      isEmpty={() => false}
      empty="The API reports no health."
    >
      {({ data: { status, reasons } }) => (
        <div className="now">
          <div className={`health ${status}`}>
            <p className="health-word">
              <span className="health-sign" aria-hidden="true">{SIGNS[status]}</span> {WORDS[status]}
            </p>
            {reasons.length === 0
              ? <p className="quiet">Every view is within its objective, and the audit is heard.</p>
              : <Reasons reasons={reasons} />}
          </div>
          <dl className="stats">
            <Stat name="Open incidents" value={countOf(incidents, ({ data }) => data.length)}>
              {incidents.answer === null ? NOT_KNOWN : severitiesOf(incidents.answer.data)}
            </Stat>
            <Stat name="Stale views" value={countOf(views, ({ data }) => data.filter(isStale).length)}>
              {views.answer === null ? NOT_KNOWN : `of ${countOf(views, ({ data }) => data.length)}`}
            </Stat>
            <Stat name="Oldest undelivered alert" value={oldestOf(outbox)}>
              {outbox.answer === null ? NOT_KNOWN : waitingText(outbox.answer.meta)}
            </Stat>
          </dl>
        </div>
      )}
    </Card>
  );
}

/** As many as can be read at once, and the rest on demand. */
function Reasons({ reasons }: { readonly reasons: readonly string[] }) {
  const [first, rest] = [reasons.slice(0, 4), reasons.slice(4)];
  const items = (texts: readonly string[]) => texts.map((text) => <li key={text}>{text}</li>);
  return (
    <>
      <ul className="reasons">{items(first)}</ul>
      {rest.length > 0 && (
        <details>
          <summary>{counted(rest.length, "more reason")}</summary>
          <ul className="reasons">{items(rest)}</ul>
        </details>
      )}
    </>
  );
}

export function isStale({ state }: Pick<OpsView, "state">): boolean {
  return state !== "fresh";
}

/** A list of which there is more says so: its count is a least one. */
function countOf<Row>(list: OpsList<Row>, count: (answer: OpsAnswer<readonly Row[]>) => number): string {
  if (list.answer === null) return NONE;
  return `${number(count(list.answer), 0)}${list.answer.meta.is_truncated === true ? "+" : ""}`;
}

function severitiesOf(incidents: readonly OpsIncident[]): string {
  const found = (["fatal", "error", "warning", "info"] as const).flatMap((severity) => {
    const count = incidents.filter((incident) => incident.severity === severity).length;
    return count === 0 ? [] : [`${number(count, 0)} ${severity}`];
  });
  return found.length === 0 ? "nothing to do" : found.join(", ");
}

function oldestOf({ answer }: Props["outbox"]): string {
  if (answer === null) return NONE;
  const { oldest_undelivered_seconds: seconds } = answer.meta;
  return seconds === null ? "None" : duration(seconds);
}

export function waitingText({ pending_count, parked_count }: OpsOutboxTotals): string {
  if (pending_count + parked_count === 0) return "every alert has been delivered";
  return `${number(pending_count, 0)} waiting, ${number(parked_count, 0)} refused by the receiver`;
}
