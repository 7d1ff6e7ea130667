export type { Answer, CsvAnswer, Freshness, ListMeta, Meta, PageMeta } from "./answer.ts";
export { type CatalogEntry, type Cataloguer, createCataloguer } from "./catalog.ts";
export {
  type CallOptions,
  createOperator,
  type Lister,
  type Mute,
  type Operator,
  type OpsPage,
  type Why,
} from "./operator.ts";
export type {
  OpsAction,
  OpsAlert,
  OpsCache,
  OpsIncident,
  OpsJob,
  OpsOutboxTotals,
  OpsRun,
  OpsRunMark,
  OpsView,
  OpsViewRefresh,
} from "./operator_rows.ts";
export {
  createRefresher,
  type RefreshedView,
  type Refresher,
  type RefreshOptions,
  type RefreshTarget,
  type RequestedRefresh,
} from "./refresh.ts";
export {
  createExporter,
  type ExportedFile,
  type Exporter,
  type ExportFilters,
  type ExportOptions,
  type ExportProgress,
  type OrderedExport,
} from "./export.ts";
export {
  type ExportFailureCode,
  type Failure,
  type FailureCode,
  type FieldError,
  FreshetError,
  type Staleness,
} from "./failure.ts";
export { createFreshet, type Freshet } from "./freshet.ts";
export type { Method, PagedMethod, RowOf, RowsMethod } from "./method.ts";
export type { Patience } from "./patience.ts";
export {
  type AnswerOf,
  type Asked,
  type Client,
  createBareClient,
  type FreshetOptions,
  type ReadOptions,
  type ResourceName,
} from "./client.ts";
export * from "./packs.ts";
export type { ProblemCode } from "./problem_code.ts";
export type * from "./resources.ts";
export { createTracker, type Tracker } from "./tracker.ts";
export type * from "./tracked_event.ts";
export type { Rejection, TrackerOptions, TrackerTrouble } from "./tracker_options.ts";
export type { TrackerPage } from "./tracker_page.ts";
export type { KeyValueStorage } from "./event_queue.ts";
export type { Endpoint, SupabaseClientLike } from "./transport.ts";
