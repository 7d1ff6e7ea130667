import { useMemo } from "react";
import { createOperator } from "../../shared/client/mod.ts";
import { useApi } from "../api/api.tsx";
import { useNow } from "../cards/moment.ts";
import { chosen, chosenId, useFilters } from "../frame/location.ts";
import type { PageProps } from "../frame/pages.ts";
import { utcMinute } from "../words/moments.ts";
import { Actions } from "./actions.tsx";
import { Cache } from "./cache.tsx";
import { Incidents } from "./incidents/incidents.tsx";
import { Jobs } from "./jobs/jobs.tsx";
import { Outbox } from "./outbox.tsx";
import { Dialogs } from "./parts/dialog.tsx";
import { Overview } from "./overview.tsx";
import { readHealth } from "./unlisted.ts";
import { MOST_ROWS, useIncident, useOps, useOpsList } from "./use_ops.ts";
import { Views } from "./views/views.tsx";

/** What the person on call looks at, and the few things that can be done from here. */
export function Page({ claims }: PageProps) {
  return claims.is_admin ? <Console /> : <NotForYou />;
}

function NotForYou() {
  return (
    <div className="page">
      <h1>Console</h1>
      <p className="notice" role="alert">
        This page is for administrators of the platform. The API refuses its figures to everybody else.
      </p>
    </div>
  );
}

function Console() {
  const { reach } = useApi();
  // A page says within seconds that the API is out, and goes on asking by itself.
  const operator = useMemo(() => createOperator({ ...reach, retries: 1, longest_wait_seconds: 3 }), [reach]);
  const filters = useFilters();
  const now = useNow();
  const incidents_of = chosen(filters, "incidents", ["open", "closed", "all"]);
  const outbox_of = chosen(filters, "outbox", ["undelivered", "delivered", "all"]);

  const health = useOps("health", {}, async (signal) => ({ data: await readHealth(reach, signal), meta: {} }));
  const open = useOpsList("ops/incidents", { state: "open" as const }, operator.incidents);
  const listed = useOpsList(
    "ops/incidents",
    {
      state: incidents_of === "all" ? undefined : incidents_of,
      kind: filters.get("kind") ?? undefined,
      job: filters.get("job") ?? undefined,
    },
    operator.incidents,
  );
  const linked = useIncident(operator, chosenId(filters, "incident"));
  const jobs = useOpsList("ops/jobs", {}, operator.jobs, MOST_ROWS);
  const views = useOpsList("ops/views", {}, operator.views, MOST_ROWS);
  const outbox = useOpsList(
    "ops/outbox",
    { state: outbox_of === "all" ? undefined : outbox_of },
    operator.outbox,
  );
  const cache = useOps("ops/cache", {}, async (signal) => ({ data: await operator.cache({ signal }), meta: {} }));
  const actions = useOpsList("ops/actions", {}, operator.actions);

  function onActed(): void {
    for (const list of [jobs, actions]) list.askAgain();
  }
  function onRefreshed(): void {
    for (const list of [views, actions, health]) list.askAgain();
  }

  return (
    <div className="page ops">
      <div className="page-head">
        <h1>Console</h1>
        <p className="quiet no-print">Asks again every 30 seconds. Times are UTC.</p>
        <p className="print-only">
          As of {utcMinute(new Date(now).toISOString())}; incidents: {incidents_of}, outbox: {outbox_of}.
        </p>
      </div>
      <div className="cards">
        <Dialogs>
          <Overview health={health} incidents={open} views={views} outbox={outbox} />
          <Incidents list={listed} linked={linked} shown={incidents_of} jobs={jobs} />
          <Jobs list={jobs} operator={operator} onActed={onActed} />
          <Views list={views} operator={operator} onRefreshed={onRefreshed} />
          <Outbox list={outbox} />
          <Cache resource={cache} />
          <Actions list={actions} />
        </Dialogs>
      </div>
    </div>
  );
}
