import type { Operator, OpsView, OpsViewRefresh } from "../../../shared/client/mod.ts";
import { useNow } from "../../cards/moment.ts";
import { Sparkline } from "../../charts/sparkline.tsx";
import { bytes, fromNow, milliseconds, utcMinute } from "../../words/moments.ts";
import { counted, NONE, number } from "../../words/numbers.ts";
import { AgeBar } from "../parts/age_bar.tsx";
import { RowName } from "../parts/row_name.tsx";
import { Cell } from "../parts/row_table.tsx";
import { ViewRefresh } from "./view_refresh.tsx";

interface Props {
  readonly view: OpsView;
  /** Milliseconds of `Date.now()` at which its age was what the row says. */
  readonly answered_at: number;
  readonly operator: Operator;
  onRefreshed(): void;
}

const STATES = { fresh: "fresh", stale: "stale", unfilled: "never filled" } as const;

export function ViewRow({ view, answered_at, operator, onRefreshed }: Props) {
  const now = useNow();
  const { last_error } = view;
  // Also while the API does not answer, and these are the last known rows.
  const since = Math.max(0, Math.floor((now - answered_at) / 1_000));
  const age = view.age_seconds === null ? null : view.age_seconds + since;
  return (
    <tr role="row">
      <th scope="row" role="rowheader">
        <RowName name={view.view} />
        <span className="quiet row-about">
          <span className={`badge ${view.state}`}>{STATES[view.state]}</span>
          {view.pack} · {view.form === "table" ? "by group" : "whole"} · <code>{view.schedule}</code>
        </span>
        {last_error !== null && (
          <span className={view.refreshes[0]?.outcome === "failed" ? "message" : "quiet row-about"}>
            Failed {fromNow(last_error.at, now)}: {last_error.message ?? "without a message"}
            {last_error.sqlstate !== null && ` (${last_error.sqlstate})`}
          </span>
        )}
      </th>
      <Cell of="Age">
        <AgeBar age={age} objective={view.objective_seconds} />
      </Cell>
      <Cell of="Last refreshes">
        <Refreshes view={view} />
      </Cell>
      <Cell of="p50" is_figure>{milliseconds(view.p50_ms)}</Cell>
      <Cell of="p95" is_figure>{milliseconds(view.p95_ms)}</Cell>
      <Cell of="Rows" is_figure>
        {view.is_row_count_estimated && view.row_count !== null && <abbr title="estimated by the planner">≈</abbr>}
        {number(view.row_count, 0)}
      </Cell>
      <Cell of="Size" is_figure>{bytes(view.byte_count)}</Cell>
      <Cell of="Cost a day" is_figure>{milliseconds(view.cost_ms_per_day)}</Cell>
      <Cell of="Next due">
        {view.next_refresh_at === null
          ? NONE
          : (
            <time dateTime={view.next_refresh_at} title={utcMinute(view.next_refresh_at)}>
              {fromNow(view.next_refresh_at, now)}
            </time>
          )}
      </Cell>
      <Cell of="Actions">
        <ViewRefresh view={view.view} operator={operator} onRefreshed={onRefreshed} />
      </Cell>
    </tr>
  );
}

const OUTCOMES = {
  refreshed: "refreshed",
  skipped_clean: "skipped, since nothing had changed",
  skipped_busy: "skipped, since another refresh was running",
  failed: "failed",
} as const;

function Refreshes({ view }: { readonly view: OpsView }) {
  const refreshes = view.refreshes.toReversed();
  if (refreshes.length === 0) return <span className="quiet">none in the ledger</span>;
  const count = (outcome: OpsViewRefresh["outcome"]) => refreshes.filter((one) => one.outcome === outcome).length;
  return (
    <Sparkline
      name={`Refreshes of ${view.view}`}
      summary={`Durations of ${counted(refreshes.length, "attempt")}: ${count("refreshed")} refreshed, ${
        count("skipped_clean") + count("skipped_busy")
      } skipped, ${count("failed")} failed; the newest at the right.`}
      points={refreshes.map(({ started_at, duration_ms, outcome }) => ({
        label: utcMinute(started_at),
        value: outcome === "failed" ? null : duration_ms,
        is_bad: outcome === "failed",
      }))}
      numbers={{
        columns: ["Started", "Outcome", "Milliseconds", "Rows", "Rows changed", "Asked by"],
        rows: refreshes.map((one) => [
          one.started_at,
          one.outcome,
          one.duration_ms,
          one.row_count,
          one.changed_count,
          one.requested_by,
        ]),
      }}
      spoken={(index) => {
        const one = refreshes[index];
        if (one === undefined) return "";
        return `${utcMinute(one.started_at)}: ${OUTCOMES[one.outcome]} in ${milliseconds(one.duration_ms)}`;
      }}
    />
  );
}
