import { AppError, sourceUnavailable } from "../kernel/app_error.ts";
import type { Bytes } from "../read/entry.ts";
import { GZIP_HEADER, gzipTrailer, inflatePart } from "./gzip.ts";
import type { Claimed, ExportJob } from "./job.ts";
import { type Exports, type Lease, type ObjectStorage, PART_BYTES } from "./ports.ts";

/** How many parts one call uploads: more would need more memory than a call has, because garbage is collected late. */
const PARTS_PER_CALL = 3;

export interface PublishParts {
  readonly exports: Exports;
  readonly objects: ObjectStorage;
}

/**
 * Uploads a rendered export: whole where it is small, else part by part, from where the storage says that it is. Returns
 * the export as it is then: done, or rendered where a further call has to go on.
 *
 * @throws AppError CONFLICT when the lease is lost; SOURCE_UNAVAILABLE when the storage does not answer.
 */
export async function publish(parts: PublishParts, claim: Claimed): Promise<ExportJob> {
  const { export: job } = claim;
  const lease = { export_id: job.export_id, lease_token: claim.lease_token };
  const upload = new Upload(parts, claim);
  const outcome = await upload.run();
  if (outcome === "unfinished") return job;
  // The project's limit of a file may be lower than this one: a tenth as many bytes hold the same rows.
  if (outcome === "too_large" && !job.is_gzip) {
    await parts.exports.noteUpload(lease, { upload_url: null, is_gzip: true, uploaded_byte_count: 0 });
    return await publish(parts, { ...claim, upload_url: null, export: { ...job, is_gzip: true } });
  }
  if (outcome === "too_large") return await parts.exports.finish(lease, { error_code: "FILE_TOO_LARGE" });
  // Without the lease the object stays: the call that took the export over may have finished it, and then it is its file.
  // That of a cancelled export is removed by the job, which waits for calls like this one.
  return await parts.exports.finish(lease, { byte_count: upload.total });
}

export function isLost(error: unknown): boolean {
  return error instanceof AppError && error.code === "CONFLICT";
}

/** Of the database a conflict is a lost lease; of the storage it is an upload at another place, where a later call goes on. */
async function elsewhereIsLater<Value>(asked: Promise<Value>): Promise<Value> {
  try {
    return await asked;
  } catch (error) {
    throw isLost(error) ? sourceUnavailable("the upload of an export is at another place") : error;
  }
}

/** A stretch of the file: one chunk, or what gzip has before the first and behind the last one. */
interface Stretch {
  readonly size: number;
  readonly bytes: Bytes | { readonly chunk: number };
}

function stretchesOf({ chunks, export: job }: Claimed): readonly Stretch[] {
  const of = (bytes: Bytes): Stretch => ({ size: bytes.byteLength, bytes });
  const stretches = chunks.map(({ byte_count, plain_byte_count }, chunk): Stretch => ({
    size: job.is_gzip ? byte_count : plain_byte_count,
    bytes: { chunk },
  }));
  if (!job.is_gzip) return stretches;
  const byte_count = chunks.reduce((sum, { plain_byte_count }) => sum + plain_byte_count, 0);
  return [of(GZIP_HEADER), ...stretches, of(gzipTrailer({ crc32: chunks.at(-1)?.crc32 ?? 0, byte_count }))];
}

class Upload {
  /** Size of the object in bytes. */
  readonly total: number;
  readonly #stretches: readonly Stretch[];
  readonly #lease: Lease;
  /** One part, again and again: six megabytes of garbage for each would not be collected in time. */
  readonly #room = new Uint8Array(PART_BYTES);
  /** The chunk that was read last: parts of a file often lie in one. */
  #kept: { readonly chunk: number; readonly bytes: Bytes } | null = null;

  constructor(private readonly parts: PublishParts, private readonly claim: Claimed) {
    this.#lease = { export_id: claim.export.export_id, lease_token: claim.lease_token };
    this.#stretches = stretchesOf(claim);
    this.total = this.#stretches.reduce((sum, { size }) => sum + size, 0);
  }

  async run(): Promise<"done" | "unfinished" | "too_large"> {
    const { objects } = this.parts;
    const { object_name } = this.claim.export;
    if (this.total > PART_BYTES) return await this.#resumable();
    const stored = await objects.put(object_name, await this.#slice(0, this.total), this.#type);
    // It is there already where the answer to the first time was lost: the same bytes under a name that only this export has.
    return stored === "too_large" ? stored : "done";
  }

  get #type(): string {
    const { is_gzip, format } = this.claim.export;
    return is_gzip ? "application/gzip" : format === "csv" ? "text/csv; charset=utf-8" : "application/x-ndjson";
  }

  async #resumable(): Promise<"done" | "unfinished" | "too_large"> {
    const { objects } = this.parts;
    const known = this.claim.upload_url;
    let offset = known === null ? null : await elsewhereIsLater(objects.offset(known));
    let upload_url = known;
    if (upload_url === null || offset === null) {
      const begun = await objects.begin(this.claim.export.object_name, this.total, this.#type);
      if (begun === "exists") return "done";
      if (begun === "too_large") return begun;
      upload_url = begun.upload_url;
      offset = 0;
      await this.#noteBegun(upload_url);
    }
    for (let part = 0; part < PARTS_PER_CALL && offset < this.total; part++) {
      // Also asks whether the lease is still held, and keeps the export from being given up.
      await this.#note(upload_url, offset);
      const end = Math.min(offset + PART_BYTES, this.total);
      offset = await elsewhereIsLater(objects.append(upload_url, offset, await this.#slice(offset, end)));
    }
    return offset < this.total ? "unfinished" : "done";
  }

  /** Of an upload that cannot be noted only this call knows. Where the lease was lost it ends it, as far as it can. */
  async #noteBegun(upload_url: string): Promise<void> {
    try {
      await this.#note(upload_url, 0);
    } catch (error) {
      if (isLost(error)) await this.parts.objects.endUpload(upload_url).catch(() => {});
      throw error;
    }
  }

  async #note(upload_url: string, uploaded_byte_count: number): Promise<void> {
    const { is_gzip } = this.claim.export;
    await this.parts.exports.noteUpload(this.#lease, { upload_url, is_gzip, uploaded_byte_count });
  }

  /** The bytes of the file from `from` up to `to`. */
  async #slice(from: number, to: number): Promise<Bytes> {
    const slice = this.#room.subarray(0, to - from);
    let begins = 0;
    for (const { size, bytes: source } of this.#stretches) {
      const ends = begins + size;
      if (begins < to && ends > from) {
        const bytes = source instanceof Uint8Array ? source : await this.#bytesOf(source.chunk);
        slice.set(bytes.subarray(Math.max(0, from - begins), Math.min(size, to - begins)), Math.max(0, begins - from));
      }
      begins = ends;
    }
    return slice;
  }

  async #bytesOf(chunk: number): Promise<Bytes> {
    if (this.#kept?.chunk === chunk) return this.#kept.bytes;
    const packed = await this.parts.exports.chunk(this.#lease, chunk);
    const bytes = this.claim.export.is_gzip ? packed : await inflatePart(packed);
    this.#kept = { chunk, bytes };
    return bytes;
  }
}
