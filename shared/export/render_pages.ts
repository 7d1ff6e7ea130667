import type { Clock } from "../kernel/ports.ts";
import type { Renderers } from "../read/renderer.ts";
import type { Resource } from "../resource/resource.ts";
import type { Claimed } from "./job.ts";
import type { DeflatePart, Exports, Lease } from "./ports.ts";
import { renderChunk } from "./render.ts";

/** So long one call renders. Getting and storing the pages takes about as much again of the processor. */
const RENDER_MS = 400;
/** And so much text at most, because garbage is collected late and memory is bounded on a fast machine too. */
const CALL_BYTES = 8_000_000;
/** A slow database must not keep a call until the platform ends it, at 150 s. */
const CALL_MS = 45_000;

export interface RenderParts {
  readonly exports: Exports;
  readonly renderers: Renderers;
  readonly deflate: DeflatePart;
  readonly clock: Clock;
}

/**
 * Renders pages, each into a chunk of its own, until the call has used its time or has rendered enough: rows differ in
 * width and machines in speed, so no number of rows would fit all. Always renders one.
 *
 * @throws AppError as renderChunk() and the functions of Exports do
 */
export async function renderPages(
  { exports, renderers, deflate, clock }: RenderParts,
  { resource, claim, lease }: { readonly resource: Resource; readonly claim: Claimed; readonly lease: Lease },
): Promise<Claimed> {
  const began = clock.monotonic();
  let rendering_ms = 0;
  let rendered_bytes = 0;
  let current = claim;
  do {
    const frozen = await exports.rows(lease);
    const from = clock.monotonic();
    const chunk = await renderChunk({ resource, renderers, deflate }, current, frozen);
    rendering_ms += clock.monotonic() - from;
    const { plain_byte_count, bytes, crc32 } = chunk;
    rendered_bytes += plain_byte_count;
    const stored = await exports.store(lease, chunk);
    const chunks = [...current.chunks, { plain_byte_count, byte_count: bytes.byteLength, crc32 }];
    current = { ...current, export: stored, chunks };
  } while (
    current.export.status === "frozen" && rendering_ms < RENDER_MS && rendered_bytes < CALL_BYTES &&
    clock.monotonic() - began < CALL_MS
  );
  return current;
}
