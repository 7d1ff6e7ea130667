import type { Operator, OpsJob } from "../../../shared/client/mod.ts";
import { Card } from "../../cards/card.tsx";
import { RunLegend } from "../../charts/run_timeline.tsx";
import { Choice } from "../../frame/choice.tsx";
import { chosen, useFilters } from "../../frame/location.ts";
import { More, RowTable } from "../parts/row_table.tsx";
import type { OpsList } from "../use_ops.ts";
import { JobRow } from "./job_row.tsx";
import { isInTrouble, troubleFirst } from "./standing.ts";

const COLUMNS = [
  { name: "Job" },
  { name: "Last 30 runs" },
  { name: "p50", is_figure: true },
  { name: "p95", is_figure: true },
  { name: "Next due" },
  { name: "Muted until" },
  { name: "Actions" },
];

interface Props {
  readonly list: OpsList<OpsJob>;
  readonly operator: Operator;
  onActed(): void;
}

export function Jobs({ list, operator, onActed }: Props) {
  const shown = chosen(useFilters(), "jobs", ["all", "trouble", "muted"]);
  const isShown = (job: OpsJob) => shown === "all" || (shown === "muted" ? job.muted_until !== null : isInTrouble(job));
  return (
    <Card
      title="Jobs"
      size="wide"
      has_view={false}
      resource={list}
      empty="pg_cron has no job. Registering a view schedules its refresh."
      tools={
        <span className="task no-print">
          <Choice
            name="jobs"
            label="Show"
            value={shown}
            options={[["all", "all"], ["trouble", "in trouble"], ["muted", "muted"]]}
          />
        </span>
      }
    >
      {({ data }) => {
        const rows = data.filter(isShown).toSorted(troubleFirst);
        return (
          <>
            <RunLegend />
            {rows.length === 0
              ? <p className="state">{shown === "muted" ? "No job is muted." : "No job is in trouble."}</p>
              : (
                <RowTable caption="Jobs, those in trouble first" columns={COLUMNS} rows={rows}>
                  {(job) => <JobRow key={job.job} job={job} operator={operator} onActed={onActed} />}
                </RowTable>
              )}
            <More of="jobs" list={list} />
          </>
        );
      }}
    </Card>
  );
}
