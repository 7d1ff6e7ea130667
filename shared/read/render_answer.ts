import { AppError } from "../kernel/app_error.ts";
import { fullName } from "../resource/resource.ts";
import { bytesOf, type Rendered } from "./entry.ts";
import type { Read } from "./miss.ts";
import { cutRows } from "./page.ts";
import { combinedState } from "./readiness.ts";
import type { Reader } from "./reader.ts";
import { checkRows } from "./row_check.ts";
import type { SourceAnswer } from "./source.ts";
import type { ViewState, ViewStateMap } from "./view_state.ts";

/** A body, and the state of what it rests on. */
export interface RenderedAnswer {
  readonly rendered: Rendered;
  readonly state: ViewState;
  /** The version of the answer: see `cacheKey`. */
  readonly generation: string;
  /** The states that came with the rows. */
  readonly states: ViewStateMap;
}

/**
 * Checks what the source answered to one caller, and renders the body once.
 *
 * @throws AppError FORBIDDEN when the rows are outside the caller's scope; NOT_READY; INTERNAL.
 */
export async function renderAnswer(
  reader: Reader,
  { question, scope }: Pick<Read, "question" | "scope">,
  answer: SourceAnswer,
): Promise<RenderedAnswer> {
  const { resource, format } = question;
  if (answer.denied) {
    throw new AppError("FORBIDDEN", { detail: `This credential may not read these rows of ${fullName(resource)}` });
  }
  const states = { ...answer.reads, [resource.view]: answer.state };
  const { state, generation } = combinedState(resource, states, (_name, { bucket }) => bucket ?? null);
  const checked = checkRows(resource, scope, answer);
  const shown = cutRows(question, { rows: checked, total_count: answer.total_count }, reader.hash);
  const { rows, next_cursor, is_truncated, total_count } = shown;

  const { refreshed_at: as_of, source_as_of, version } = state;
  const page = is_truncated === null ? { next_cursor } : { is_truncated };
  const total = total_count === null ? {} : { total_count };
  const withheld_count = resource.minimum_sample === null ? null : answer.withheld_count ?? 0;
  const withheld = withheld_count === null ? {} : { withheld_count };
  const meta = {
    resource: fullName(resource),
    as_of,
    source_as_of,
    version,
    row_count: rows.length,
    ...page,
    ...total,
    ...withheld,
  };
  const { columns, pivot } = resource;
  const body = await reader.renderers[format]({ columns, rows, meta, pivot });
  const shape = { row_count: rows.length, next_cursor, is_truncated, total_count, withheld_count };
  return { rendered: { ...shape, body, byte_count: bytesOf(body) }, state, generation, states };
}
