import { cacheKey, etagOf } from "./cache_key.ts";
import type { Entry } from "./entry.ts";
import type { Miss } from "./miss.ts";
import { pageRequest } from "./page.ts";
import type { Reader } from "./reader.ts";
import { renderAnswer } from "./render_answer.ts";
import { sourceRequest } from "./source_request.ts";

/**
 * Reads the source, checks the rows, and renders the body once. Version and rows come from one statement, and the entry's
 * key holds the version, and the bucket, that came back, never the expected ones.
 *
 * @throws AppError FORBIDDEN when the parameters ask for rows outside the caller's scope.
 */
export async function computeEntry(
  reader: Reader,
  { question, scope, day, stem, states: seen, rests_on_rights, emit }: Miss,
): Promise<Entry> {
  const { resource, params } = question;
  const began = reader.clock.monotonic();
  const request = pageRequest(question, sourceRequest({ resource, params, scope, day }));
  const answer = await reader.source.read(resource.view, request, { emit, seen, rests_on_rights });
  const read_at = reader.clock.now();
  emit({ type: "source_read", milliseconds: reader.clock.monotonic() - began });

  const { rendered, state, generation, states } = await renderAnswer(reader, { question, scope }, answer);
  for (const pointer of reader.pointers) pointer.learn(states);
  const key = cacheKey(stem, generation);
  return { key, state, etag: etagOf(key, reader.hash), read_at, ...rendered };
}
