import type { Operator, OpsJob } from "../../../shared/client/mod.ts";
import { useNow } from "../../cards/moment.ts";
import { RunTimeline } from "../../charts/run_timeline.tsx";
import { setFilters } from "../../frame/location.ts";
import { fromNow, milliseconds, utcMinute } from "../../words/moments.ts";
import { counted, NONE } from "../../words/numbers.ts";
import { Asking } from "../parts/dialog.tsx";
import { RowName } from "../parts/row_name.tsx";
import { Cell } from "../parts/row_table.tsx";
import { whoOf } from "../parts/who.ts";
import { AdoptDialog } from "./adopt_dialog.tsx";
import { MuteDialog } from "./mute_dialog.tsx";
import { markOf, oddities } from "./standing.ts";
import { UnmuteDialog } from "./unmute_dialog.tsx";

interface Props {
  readonly job: OpsJob;
  readonly operator: Operator;
  onActed(): void;
}

export function JobRow({ job, operator, onActed }: Props) {
  const now = useNow();
  const asked = { job: job.job, operator, onActed };
  return (
    <tr role="row">
      <th scope="row" role="rowheader">
        <RowName name={job.job} />
        <span className="quiet row-about">
          <code>{job.schedule}</code>
          {oddities(job).map((text) => <span key={text} className="badge odd">{text}</span>)}
          {job.open_incidents.map(({ incident_id, kind, severity }) => (
            <button
              key={incident_id}
              type="button"
              className={`badge ${severity}`}
              onClick={() => setFilters({ incidents: null, incident: String(incident_id) })}
            >
              {kind}
              <span className="sr-only">: open the incident</span>
            </button>
          ))}
        </span>
      </th>
      <Cell of="Last 30 runs">
        <Runs job={job} />
      </Cell>
      <Cell of="p50" is_figure>{milliseconds(job.p50_ms)}</Cell>
      <Cell of="p95" is_figure>{milliseconds(job.p95_ms)}</Cell>
      <Cell of="Next due">
        {job.next_slot_at === null ? NONE : (
          <time dateTime={job.next_slot_at} title={utcMinute(job.next_slot_at)}>
            {fromNow(job.next_slot_at, now)}
          </time>
        )}
        {job.missed_slot_at !== null && <span className="quiet row-about">missed {utcMinute(job.missed_slot_at)}</span>}
      </Cell>
      <Cell of="Muted until">
        {job.muted_until === null ? NONE : (
          <>
            <time dateTime={job.muted_until}>{utcMinute(job.muted_until)}</time>
            <span className="quiet row-about">
              {job.mute === null ? "by SQL" : `by ${whoOf(job.mute)}: ${job.mute.reason ?? "no reason"}`}
            </span>
          </>
        )}
      </Cell>
      <Cell of="Actions">
        <span className="task no-print">
          {job.is_declared && (
            <Asking
              text="Mute"
              of={job.job}
              dialog={(close) => <MuteDialog {...asked} muted_until={job.muted_until} onClose={close} />}
            />
          )}
          {job.muted_until !== null && (
            <Asking text="Unmute" of={job.job} dialog={(close) => <UnmuteDialog {...asked} onClose={close} />} />
          )}
          {!job.is_declared && (
            <Asking
              text="Adopt"
              of={job.job}
              dialog={(close) => <AdoptDialog {...asked} schedule={job.schedule} onClose={close} />}
            />
          )}
        </span>
      </Cell>
    </tr>
  );
}

function Runs({ job }: { readonly job: OpsJob }) {
  const runs = job.recent_runs.toReversed();
  if (runs.length === 0) return <span className="quiet">no run in the history</span>;
  const failed = runs.filter(({ status }) => status === "failed").length;
  return (
    <RunTimeline
      name={`Runs of ${job.job}`}
      summary={`${counted(runs.length, "run")}, ${failed} of them failed; the newest at the right.`}
      runs={runs.map(markOf)}
      slots={30}
      numbers={{
        columns: ["Started", "Run", "Status", "Milliseconds"],
        rows: runs.map(({ started_at, runid, status, duration_ms }) => [started_at, runid, status, duration_ms]),
      }}
      spoken={(index) => {
        const run = runs[index];
        if (run === undefined) return "";
        const took = run.duration_ms === null ? "" : ` in ${milliseconds(run.duration_ms)}`;
        return `${utcMinute(run.started_at)}: ${run.status}${took}`;
      }}
    />
  );
}
