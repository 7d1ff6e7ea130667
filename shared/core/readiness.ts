import { AppError } from "./app_error.ts";
import { fullName, type Resource } from "./resource.ts";
import type { ViewState } from "./view_state.ts";

/** @throws AppError NOT_READY while the view has never been refreshed, or is not in the database's registry at all. */
export function requireReady(resource: Resource, state: ViewState | undefined): ViewState {
  if (state?.populated && state.refreshed_at !== null) return state;
  throw new AppError("NOT_READY", {
    detail: `${fullName(resource)} has not been computed yet; its first refresh will make it readable`,
    retry_after_seconds: 30,
    defect: `${resource.view} is ${state === undefined ? "not registered" : "not populated"}`,
  });
}
