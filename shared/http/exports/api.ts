import type { Exports, ObjectStorage } from "../../export/ports.ts";
import type { Workshop } from "../../export/step.ts";
import type { CallGate, CallLedger } from "../../ops/scheduled_calls.ts";
import type { FaultReports } from "../../ops/fault_reports.ts";
import type { Api, CallerApi } from "../api.ts";

/** The dependencies of the routes of exports. */
export interface ExportApi extends CallerApi, Pick<Api, "registry"> {
  /** For faults of work that goes on after its answer. */
  readonly faults: FaultReports;
  readonly exports: Exports;
  readonly objects: ObjectStorage;
  readonly workshop: Workshop;
  readonly gate: CallGate;
  readonly ledger: CallLedger;
}
