import type { Bytes } from "../read/entry.ts";
import type { Claimed, ExportJob, ExportOrder, Owner, Started } from "./job.ts";

/** The lease of a step: an export that was cancelled, or taken over, refuses it. */
export interface Lease {
  readonly export_id: string;
  readonly lease_token: string;
}

/** Pages to render: their rows, unchecked, and the number of the last one; null where none is left. */
export interface FrozenRows {
  readonly last_page: number | null;
  readonly pages: readonly (readonly Readonly<Record<string, unknown>>[])[];
}

/**
 * One part of a gzip member: deflate (RFC 1951) that ends with a sync flush, so at a byte's boundary and without an end, and
 * refers to nothing before it.
 */
export type DeflatePart = (plain: Bytes) => Bytes;

/** One rendered part of a file. */
export interface Chunk {
  readonly last_page: number;
  /** Deflate without its end: see DeflatePart. */
  readonly bytes: Bytes;
  readonly plain_byte_count: number;
  /** Of the file's text up to the end of this chunk. */
  readonly crc32: number;
}

/** Where an upload goes on. */
export interface UploadNote {
  /** Null: not resumable, or to be begun again. */
  readonly upload_url: string | null;
  readonly is_gzip: boolean;
  /** How many bytes the storage has. Only more of them are progress. */
  readonly uploaded_byte_count: number;
}

/** What is left of an export that is over. */
export interface Removable {
  readonly export_id: string;
  readonly object_name: string;
  /** Of an upload that made no object; null where none is known. */
  readonly upload_url: string | null;
}

/**
 * Exports in the database. All functions throw AppError: SOURCE_UNAVAILABLE when it did not answer, CONFLICT when a lease
 * is lost, INTERNAL when the call was wrong.
 */
export interface Exports {
  start(order: ExportOrder): Promise<Started>;
  show(export_id: string, owner: Owner): Promise<ExportJob | null>;
  cancel(export_id: string, owner: Owner): Promise<ExportJob | null>;
  /** Null where no export waits for a step, or not the one with this id. */
  claim(export_id: string | null): Promise<Claimed | null>;
  release(lease: Lease): Promise<void>;
  /** The values of the scope's column that the caller may see come with it. */
  freeze(lease: Lease): Promise<Pick<Claimed, "export" | "scope_values">>;
  rows(lease: Lease): Promise<FrozenRows>;
  store(lease: Lease, chunk: Chunk): Promise<ExportJob>;
  /** The bytes of the chunk with this number, from 0 on. */
  chunk(lease: Lease, chunk: number): Promise<Bytes>;
  noteUpload(lease: Lease, upload: UploadNote): Promise<void>;
  finish(lease: Lease, end: { readonly byte_count: number } | { readonly error_code: string }): Promise<ExportJob>;
  /** Takes on the removal of these objects: for five minutes no other call is given them. */
  removable(most: number): Promise<readonly Removable[]>;
  /** After its object was removed and its upload ended. */
  forgetObject(export_id: string): Promise<void>;
  /** Has the next step called where there is one. Returns whether there is. */
  drive(): Promise<boolean>;
}

/** The storage of the project: the private bucket `exports`, which is made where it is missing. */
export interface ObjectStorage {
  /**
   * Stores a whole object of at most 6 MiB. `exists`: an object has this name already; it was not changed. `too_large`:
   * the project's limit of a file is lower.
   *
   * @throws AppError SOURCE_UNAVAILABLE where storage says that an object has this name, and there is none
   */
  put(name: string, bytes: Bytes, content_type: string): Promise<"stored" | "exists" | "too_large">;
  /** Begins a resumable upload (TUS) of a known length. The object appears with its last byte. */
  begin(
    name: string,
    byte_count: number,
    content_type: string,
  ): Promise<{ readonly upload_url: string } | "exists" | "too_large">;
  /** How many bytes an upload has; null where it is not known any more. */
  offset(upload_url: string): Promise<number | null>;
  /**
   * Appends to an upload: exactly PART_BYTES, or less for the last part. Returns the new offset.
   *
   * @throws AppError CONFLICT where the upload is at another offset, or another call holds it
   */
  append(upload_url: string, offset: number, bytes: Bytes): Promise<number>;
  /**
   * Ends an upload, whose parts storage would keep for a day otherwise; an object of its name stays. One that is not known
   * any more, or has made its object, is no error.
   *
   * @throws AppError SOURCE_UNAVAILABLE also where another call holds the upload
   */
  endUpload(upload_url: string): Promise<void>;
  /** A link to download the object under a file's name, valid for so many seconds. */
  link(name: string, seconds: number, file_name: string): Promise<string>;
  /** Removes the object; one that does not exist is no error. */
  remove(name: string): Promise<void>;
}

/** The size of a part of a resumable upload: the platform takes no other. */
export const PART_BYTES = 6 * 1024 * 1024;
