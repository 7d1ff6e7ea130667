import { AppError } from "../kernel/app_error.ts";
import { cacheKey, etagOf } from "./cache_key.ts";
import { bytesOf, type Entry } from "./entry.ts";
import type { Miss } from "./miss.ts";
import { cutRows, pageRequest } from "./page.ts";
import { combinedState } from "./readiness.ts";
import type { Reader } from "./reader.ts";
import { fullName } from "../resource/resource.ts";
import { checkRows } from "./row_check.ts";
import { sourceRequest } from "./source_request.ts";
import { generation } from "./view_state.ts";

/**
 * Reads the source, checks the rows, and renders the body once. Version and rows come from one statement, and the entry's
 * key holds the version that came back, never the expected one.
 *
 * @throws AppError FORBIDDEN when the parameters ask for rows outside the caller's scope.
 */
export async function computeEntry(reader: Reader, { question, scope, day, stem, emit }: Miss): Promise<Entry> {
  const { resource, params, format } = question;
  const began = reader.clock.monotonic();
  const request = pageRequest(question, sourceRequest({ resource, params, scope, day }));
  const answer = await reader.source.read(resource.view, request);
  const read_at = reader.clock.now();
  emit({ type: "source_read", milliseconds: reader.clock.monotonic() - began });

  if (answer.denied) {
    throw new AppError("FORBIDDEN", { detail: `This credential may not read these rows of ${fullName(resource)}` });
  }
  const states = { ...answer.reads, [resource.view]: answer.state };
  const state = combinedState(resource, states);
  const checked = checkRows(resource, scope, answer);
  const shown = cutRows(question, { rows: checked, total_count: answer.total_count }, reader.hash);
  const { rows, next_cursor, is_truncated, total_count } = shown;
  reader.pointer.learn(states);

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
  const key = cacheKey(stem, generation(state));
  const etag = etagOf(key, reader.hash);
  const shape = { row_count: rows.length, next_cursor, is_truncated, total_count, withheld_count };
  return { key, state, etag, ...shape, read_at, body, byte_count: bytesOf(body) };
}
