import { useApi } from "../api/api.tsx";
import { useTask } from "../api/use_task.ts";
import type { ExportedFile, ExportFilters, ExportProgress, ResourceName } from "../../shared/client/mod.ts";
import { counted, percent } from "../words/numbers.ts";

/** All rows behind a table as one CSV file: ordered, shown while it is made, then a link. Leaving the page cancels it. */
export function ExportButton<Name extends ResourceName>({ name, filters, of }: {
  readonly name: Name;
  readonly filters: ExportFilters<Name>;
  /** What the rows are, for a screen reader: "attempts". */
  readonly of: string;
}) {
  const { exporter } = useApi();
  const { state, start, stop } = useTask<ExportProgress, ExportedFile>(JSON.stringify([name, filters]));
  const order = () =>
    start((signal, onProgress) => {
      const options = { format: "csv", bom: true, signal, onProgress } as const;
      // The filters are those of this resource, which the compiler cannot follow through the conditional type.
      return (exporter as (name: string, filters: object, options: object) => Promise<ExportedFile>)(
        name,
        filters as object,
        options,
      );
    });
  return (
    <span className="task no-print">
      {state.kind === "running"
        ? (
          <button type="button" onClick={stop}>
            Cancel<span className="sr-only">the export of {of}</span>
          </button>
        )
        : (
          <button type="button" onClick={order}>
            Export all<span className="sr-only">{of} as CSV</span>
          </button>
        )}
      <span role="status" className="quiet">
        {state.kind === "running" && progressText(state.progress)}
        {state.kind === "failed" && `No file: ${state.text}`}
        {state.kind === "done" && (
          <a href={state.result.url} download>
            Download {counted(state.result.row_count, "row")}
            <span className="sr-only">of {of}</span>
          </a>
        )}
      </span>
    </span>
  );
}

export function progressText(progress: ExportProgress | null): string {
  if (progress === null) return "Ordering the file";
  if (progress.state === "queued" || progress.percent === null) return "Waiting for its turn";
  return `${percent(progress.percent / 100)} written`;
}
