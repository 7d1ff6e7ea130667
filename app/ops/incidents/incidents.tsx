import type { FormEvent } from "react";
import type { OpsIncident, OpsJob } from "../../../shared/client/mod.ts";
import type { Resource } from "../../api/use_resource.ts";
import { Card } from "../../cards/card.tsx";
import { Choice } from "../../frame/choice.tsx";
import { chosenId, setFilters, useFilters } from "../../frame/location.ts";
import { More } from "../parts/row_table.tsx";
import type { OpsAnswer, OpsList } from "../use_ops.ts";
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
  /** The incident that the address names, which need not be in the list. */
  readonly linked: Resource<OpsAnswer<readonly OpsIncident[]>>;
  readonly shown: "open" | "closed" | "all";
  /** Whose names are suggested. */
  readonly jobs: OpsList<OpsJob>;
}

export function Incidents({ list, linked, shown, jobs }: Props) {
  const filters = useFilters();
  const chosen = chosenId(filters, "incident");
  const [kind, job] = [filters.get("kind"), filters.get("job")];
  const found = linked.answer?.data ?? [];
  return (
    <Card
      title="Incidents"
      size="wide"
      has_view={false}
      resource={list}
      isEmpty={({ data }) => data.length === 0 && chosen === null}
      empty={kind === null && job === null ? EMPTY[shown] : "No incident is of this kind and of this job."}
      tools={
        <span className="task no-print">
          <Find
            key={`${kind} ${job}`}
            kind={kind ?? ""}
            job={job ?? ""}
            kinds={(list.answer?.data ?? []).map((incident) => incident.kind)}
            jobs={(jobs.answer?.data ?? []).map(({ job }) => job)}
          />
          <Choice name="incidents" label="Show" value={shown} options={CHOICES} />
        </span>
      }
    >
      {({ data }) => {
        const apart = chosen === null || data.some(({ incident_id }) => incident_id === chosen) ? null : chosen;
        const incidents = shown === "open" ? data.toSorted(worstFirst) : data;
        return (
          <>
            {apart !== null && <p className="note" role="status">{apartText(apart, linked)}</p>}
            <ul className="incidents">
              {[...(apart === null ? [] : found), ...incidents].map((incident) => (
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
        );
      }}
    </Card>
  );
}

function apartText(incident_id: number, { answer, failure }: Props["linked"]): string {
  if (answer === null) return failure === null ? "" : `Incident ${incident_id} could not be read: ${failure.detail}`;
  return answer.data.length === 0
    ? `There is no incident ${incident_id}, or no more: the audit removes old ones.`
    : `Incident ${incident_id} is not among those that are listed.`;
}

/** Filters among all incidents, not only those on the page: by kind, and by job. */
function Find({ kind, job, kinds, jobs }: {
  readonly kind: string;
  readonly job: string;
  readonly kinds: readonly string[];
  readonly jobs: readonly string[];
}) {
  function find(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const asked = (name: string) => String(form.get(name) ?? "").trim() || null;
    setFilters({ kind: asked("kind"), job: asked("job") });
  }
  return (
    <form className="task" role="search" aria-label="Find incidents" onSubmit={find}>
      <label className="choice">
        Kind <input type="search" name="kind" defaultValue={kind} list="incident-kinds" size={12} />
      </label>
      <label className="choice">
        Job <input type="search" name="job" defaultValue={job} list="incident-jobs" size={16} />
      </label>
      <datalist id="incident-kinds">
        {[...new Set(kinds)].map((text) => <option key={text} value={text} />)}
      </datalist>
      <datalist id="incident-jobs">
        {jobs.map((text) => <option key={text} value={text} />)}
      </datalist>
      <button type="submit">Find</button>
      {(kind !== "" || job !== "") && (
        <button type="button" onClick={() => setFilters({ kind: null, job: null })}>All kinds and jobs</button>
      )}
    </form>
  );
}
