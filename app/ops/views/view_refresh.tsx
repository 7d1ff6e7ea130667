import { useEffect } from "react";
import { useTask } from "../../api/use_task.ts";
import { outcomeText, UNTIL_KNOWN_MS } from "../../cards/refresh_button.tsx";
import type { Operator, RequestedRefresh } from "../../../shared/client/mod.ts";
import { Asking, ConfirmDialog } from "../parts/dialog.tsx";
import { ReasonField, reasonIn } from "../parts/reason.tsx";

interface Props {
  readonly view: string;
  readonly operator: Operator;
  onRefreshed(): void;
}

/** Asks for a refresh, and follows it in the ledger to what really became of it. */
export function ViewRefresh({ view, operator, onRefreshed }: Props) {
  const { state, start } = useTask<RequestedRefresh, RequestedRefresh>(view);
  useEffect(() => {
    if (state.kind !== "done") return;
    const timer = setTimeout(onRefreshed, UNTIL_KNOWN_MS);
    return () => clearTimeout(timer);
  }, [state.kind]);

  return (
    <span className="task">
      <span className="no-print">
        <Asking
          text="Refresh"
          of={view}
          dialog={(close) => (
            <ConfirmDialog
              title={`Refresh ${view}`}
              action="Refresh"
              onClose={close}
              act={(form) => {
                const why = reasonIn(form);
                start((signal, onProgress) => operator.refresh(view, why, { signal, onProgress }));
                return Promise.resolve();
              }}
            >
              <p>
                The view is computed again within a minute, by the job of the queue, if its sources have changed.
                Readers are not blocked.
              </p>
              <ReasonField />
            </ConfirmDialog>
          )}
        />
      </span>
      <span role="status" className="quiet outcome">
        {state.kind === "running" && (state.progress === null ? "Asking" : `The refresh is ${state.progress.state}`)}
        {state.kind === "failed" && `Not refreshed: ${state.text}`}
        {state.kind === "done" && outcomeText(state.result)}
      </span>
    </span>
  );
}
