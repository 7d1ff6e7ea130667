import { useEffect } from "react";
import { useApi } from "../api/api.tsx";
import type { Resource } from "../api/use_resource.ts";
import { useTask } from "../api/use_task.ts";
import type { RequestedRefresh } from "../../shared/client/mod.ts";
import { counted } from "../words/numbers.ts";

/** Every isolate of the API knows a new version within three seconds. */
export const UNTIL_KNOWN_MS = 3_000;

/** For administrators of the platform: has the card's view computed again, and follows it to its outcome. */
export function RefreshButton({ resource, of }: { readonly resource: Resource<unknown>; readonly of: string }) {
  const { refresher, catalog } = useApi();
  const { state, start } = useTask<RequestedRefresh, RequestedRefresh>(resource.name);

  useEffect(() => {
    if (state.kind !== "done") return;
    const timer = setTimeout(() => resource.askAgain(), UNTIL_KNOWN_MS);
    return () => clearTimeout(timer);
  }, [state.kind]);

  if (refresher === null) return null;
  const refresh = () =>
    start(async (signal, onProgress) => {
      const entry = (await catalog()).find((candidate) => candidate.resource === resource.name);
      if (entry === undefined) throw new Error(`the catalog has no ${resource.name}`);
      return await refresher({ view: entry.view }, { signal, onProgress });
    });
  return (
    <span className="task no-print">
      <button type="button" disabled={state.kind === "running"} onClick={refresh}>
        Refresh<span className="sr-only">the rows of {of}</span>
      </button>{" "}
      <span role="status" className="quiet">
        {state.kind === "running" && (state.progress === null ? "Asking" : `The refresh is ${state.progress.state}`)}
        {state.kind === "failed" && `Not refreshed: ${state.text}`}
        {state.kind === "done" && outcomeText(state.result)}
      </span>
    </span>
  );
}

/** What the ledger says became of it. */
export function outcomeText({ views }: RequestedRefresh): string {
  return views.map(({ outcome, changed_count, message }) => {
    if (outcome === "refreshed") {
      return changed_count === null ? "Computed again" : `Computed again: ${counted(changed_count, "row")} changed`;
    }
    if (outcome === "skipped_clean") return "Nothing had changed since the last refresh";
    if (outcome === "skipped_busy") return "Another refresh of the same view was running";
    return `The refresh failed: ${message ?? "the ledger has no message"}`;
  }).join(". ");
}
