import { AppError, isUnavailable } from "../kernel/app_error.ts";
import type { Clock } from "../kernel/ports.ts";
import type { Renderers } from "../read/renderer.ts";
import type { Resource } from "../resource/resource.ts";
import { type Claimed, type ExportJob, hasEnded } from "./job.ts";
import type { DeflatePart, Exports, Lease, ObjectStorage } from "./ports.ts";
import { isLost, publish } from "./publish.ts";
import { renderPages } from "./render_pages.ts";

export interface Workshop {
  readonly exports: Exports;
  readonly objects: ObjectStorage;
  readonly renderers: Renderers;
  readonly deflate: DeflatePart;
  readonly clock: Clock;
  /** Null for a resource that this deployment does not have. */
  readonly resourceOf: (name: string) => Promise<Resource | null>;
}

/** Up to so many rows, one call does all steps; the file is left to the next one where their text is too long for this. */
const ROWS_AT_ONCE = 10_000;
const BYTES_AT_ONCE = 6_000_000;

/**
 * Does one step of the export that was claimed, or all steps of a small one. Returns the export as it is then; its lease
 * has ended.
 *
 * @throws AppError CONFLICT when the lease was lost: another call goes on, or the export was cancelled. INTERNAL when the
 *   export can never be had; then it has failed. SOURCE_UNAVAILABLE when a later call may do better.
 */
export async function workOn(workshop: Workshop, claim: Claimed): Promise<ExportJob> {
  const { exports } = workshop;
  const lease = { export_id: claim.export.export_id, lease_token: claim.lease_token };
  try {
    let current = await advance(workshop, claim, lease);
    while (!hasEnded(current.export) && isSmall(current)) current = await advance(workshop, current, lease);
    if (!hasEnded(current.export)) await exports.release(lease);
    return current.export;
  } catch (error) {
    if (isLost(error)) throw error;
    if (isUnavailable(error)) await exports.release(lease).catch(() => {});
    // The same rows and the same code would fail again.
    else await exports.finish(lease, { error_code: codeOf(error) }).catch(() => {});
    throw error;
  }
}

function codeOf(error: unknown): string {
  return error instanceof AppError ? error.code : "INTERNAL";
}

function isSmall({ export: { row_count }, chunks }: Claimed): boolean {
  const byte_count = chunks.reduce((sum, { plain_byte_count }) => sum + plain_byte_count, 0);
  return row_count !== null && row_count <= ROWS_AT_ONCE && byte_count <= BYTES_AT_ONCE;
}

async function advance(workshop: Workshop, claim: Claimed, lease: Lease): Promise<Claimed> {
  const { exports } = workshop;
  switch (claim.export.status) {
    case "queued": {
      return { ...claim, ...await exports.freeze(lease) };
    }
    case "frozen": {
      const resource = await workshop.resourceOf(claim.export.resource);
      if (resource === null) return { ...claim, export: await exports.finish(lease, { error_code: "RESOURCE_GONE" }) };
      return await renderPages(workshop, { resource, claim, lease });
    }
    default:
      return { ...claim, export: await publish(workshop, claim) };
  }
}
