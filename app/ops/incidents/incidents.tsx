import type { OpsIncident } from "../../../shared/client/mod.ts";
import { Card } from "../../cards/card.tsx";
import { Choice } from "../../frame/choice.tsx";
import { chosenId, setFilters, useFilters } from "../../frame/location.ts";
import { More } from "../parts/row_table.tsx";
import type { OpsList } from "../use_ops.ts";
import { Incident } from "./incident.tsx";

const CHOICES = [["open", "open"], ["closed", "past"], ["all", "all"]] as const;
const EMPTY = {
  open: "No incident is open. The audit looks every five minutes, and opens one for whatever it finds.",
  closed: "No incident has ended yet. Those that are over stay here for as long as the audit keeps them.",
  all: "There was no incident yet. The audit looks every five minutes, and opens one for whatever it finds.",
} as const;

const SEVERITIES = ["fatal", "error", "warning", "info"];

/** What is open by its severity, the newest first among equals: that is the order of the API. */
function worstFirst(left: OpsIncident, right: OpsIncident): number {
  return SEVERITIES.indexOf(left.severity) - SEVERITIES.indexOf(right.severity);
}

interface Props {
  readonly list: OpsList<OpsIncident>;
  readonly shown: "open" | "closed" | "all";
}

export function Incidents({ list, shown }: Props) {
  const chosen = chosenId(useFilters(), "incident");
  return (
    <Card
      title="Incidents"
      size="wide"
      has_view={false}
      resource={list}
      empty={EMPTY[shown]}
      tools={
        <span className="task no-print">
          <Choice name="incidents" label="Show" value={shown} options={CHOICES} />
        </span>
      }
    >
      {({ data }) => (
        <>
          {chosen !== null && data.every(({ incident_id }) => incident_id !== chosen) && (
            <p className="note">
              Incident {chosen} is not among these. {shown !== "all" && (
                <button
                  type="button"
                  className="plain"
                  onClick={() => setFilters({ incidents: "all" })}
                >
                  Show all incidents
                </button>
              )}
            </p>
          )}
          <ul className="incidents">
            {(shown === "open" ? data.toSorted(worstFirst) : data).map((incident) => (
              <Incident
                key={incident.incident_id}
                incident={incident}
                is_open={incident.incident_id === chosen}
                names={data}
              />
            ))}
          </ul>
          <More of="incidents" list={list} />
        </>
      )}
    </Card>
  );
}
