import { z } from "zod";
import type { ObjectStorage } from "../../export/ports.ts";
import { AppError, internalError } from "../../kernel/app_error.ts";
import type { Environment } from "../runtime/environment.ts";
import { createStorageCall, type StorageAnswer, type StorageCall, storageRefusal } from "./storage_call.ts";

const BUCKET = "exports";
const RESUMABLE = "/upload/resumable";
const TUS = { "tus-resumable": "1.0.0" };
/** For a part of 6 MiB on a slow day; an edge function lives 150 s at least. */
const UPLOAD_MS = 30_000;

const signed = z.object({ signedURL: z.string().startsWith("/") });

/**
 * The storage of the project that the environment names, by fetch: storage-js knows no resumable uploads, and tells
 * refusals apart by messages only.
 *
 * @see https://supabase.com/docs/guides/storage/uploads/resumable-uploads
 */
export function createObjectStorage(
  environment: Pick<Environment, "SUPABASE_URL" | "SUPABASE_SECRET_KEYS">,
  fetch: typeof globalThis.fetch = globalThis.fetch,
): ObjectStorage {
  const { SUPABASE_URL: url, SUPABASE_SECRET_KEYS: keys } = environment;
  // readEnvironment() refuses an environment without this key.
  const call = createStorageCall({ url, key: keys["default"] ?? "", fetch });
  const uploads = `${url}/storage/v1${RESUMABLE}/`;

  return {
    async put(name, bytes, content_type) {
      const answer = await withBucket(call, () =>
        call({
          method: "POST",
          path: pathOf(name),
          headers: { "content-type": content_type, "x-upsert": "false" },
          body: bytes,
          timeout_ms: UPLOAD_MS,
        }));
      if (answer.status === 200) return "stored";
      return await refusedObject(call, name, { answer, what: "store an object" });
    },

    async begin(name, byte_count, content_type) {
      const metadata = { bucketName: BUCKET, objectName: name, contentType: content_type };
      const answer = await withBucket(call, () =>
        call({
          method: "POST",
          path: RESUMABLE,
          headers: {
            ...TUS,
            "upload-length": String(byte_count),
            "upload-metadata": encodeMetadata(metadata),
            "x-upsert": "false",
          },
        }));
      if (answer.status !== 201) return await refusedObject(call, name, { answer, what: "begin an upload" });
      const id = /\/upload\/resumable\/([\w.~%-]+)$/.exec(answer.headers.get("location") ?? "")?.[1];
      if (id === undefined) throw internalError("storage began an upload without a Location that names it");
      // Its host may be one that only storage's own network knows.
      return { upload_url: uploads + id };
    },

    async offset(upload_url) {
      const answer = await call({ method: "HEAD", path: pathOfUpload(uploads, upload_url), headers: TUS });
      if (answer.status === 404 || answer.status === 410) return null;
      if (isConflict(answer)) throw conflict();
      if (answer.status !== 200) throw storageRefusal("tell an upload's offset", answer);
      const offset = offsetOf(answer);
      if (offset !== Number(answer.headers.get("upload-length"))) return offset;
      // Storage keeps such an upload, too, when it had all bytes but then failed to make the object of them.
      const name = decodeMetadata(answer.headers.get("upload-metadata") ?? "").get("objectName");
      return name === undefined || await exists(call, name) ? offset : null;
    },

    async append(upload_url, offset, bytes) {
      const answer = await call({
        method: "PATCH",
        path: pathOfUpload(uploads, upload_url),
        headers: { ...TUS, "upload-offset": String(offset), "content-type": "application/offset+octet-stream" },
        body: bytes,
        timeout_ms: UPLOAD_MS,
      });
      if (isConflict(answer) || answer.status === 404 || answer.status === 410) throw conflict();
      if (answer.status !== 204) throw storageRefusal("take a part of an upload", answer);
      return offsetOf(answer);
    },

    async endUpload(upload_url) {
      // Without x-upsert storage refuses where there is an object of this name, which another upload has made.
      const headers = { ...TUS, "x-upsert": "true" };
      const answer = await call({ method: "DELETE", path: pathOfUpload(uploads, upload_url), headers });
      // 400: it is finished. 405: this storage ends none, and lets it expire.
      if (answer.status === 204 || [400, 404, 405, 410].includes(answer.status)) return;
      throw storageRefusal("end an upload", answer);
    },

    async link(name, seconds, file_name) {
      const answer = await call({
        method: "POST",
        path: `/object/sign${pathOf(name).slice("/object".length)}`,
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ expiresIn: seconds }),
      });
      if (answer.status === 404) {
        throw new AppError("NOT_FOUND", { detail: "The file is no longer in the storage: request the export again" });
      }
      const parsed = signed.safeParse(answer.body);
      if (answer.status !== 200 || !parsed.success) throw storageRefusal("sign a link", answer);
      // Storage leaves the name in it as it is.
      const { href } = new URL(`${url}/storage/v1${parsed.data.signedURL}`);
      return `${href}&download=${encodeURIComponent(file_name)}`;
    },

    async remove(name) {
      const answer = await call({
        method: "DELETE",
        path: `/object/${BUCKET}`,
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ prefixes: [name] }),
      });
      if (answer.status !== 200 && answer.status !== 404) throw storageRefusal("remove an object", answer);
    },
  };
}

/** Does something that needs the bucket; makes it and tries once more where storage says that something is missing. */
async function withBucket(call: StorageCall, work: () => Promise<StorageAnswer>): Promise<StorageAnswer> {
  const first = await work();
  if (first.status !== 404) return first;
  const made = await call({
    method: "POST",
    path: "/bucket",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ id: BUCKET, name: BUCKET, public: false }),
  });
  // 409: another call has made it in the meantime.
  if (made.status !== 200 && made.status !== 409) throw storageRefusal(`make the bucket ${BUCKET}`, made);
  return await work();
}

async function exists(call: StorageCall, name: string): Promise<boolean> {
  const answer = await call({ method: "HEAD", path: pathOf(name) });
  if (answer.status === 200) return true;
  // HEAD has no body in which a 400 could say that it means 404.
  if (answer.status === 400 || answer.status === 404) return false;
  throw storageRefusal("tell whether an object exists", answer);
}

async function refusedObject(
  call: StorageCall,
  name: string,
  { answer, what }: { readonly answer: StorageAnswer; readonly what: string },
): Promise<"exists" | "too_large"> {
  // A conflict may also be another call that is just storing it: only the object itself proves that it is there.
  if (answer.status === 409 && await exists(call, name)) return "exists";
  if (answer.status === 413) return "too_large";
  throw storageRefusal(what, answer);
}

/** 409: another offset; 423: another call holds the upload. */
function isConflict({ status }: StorageAnswer): boolean {
  return status === 409 || status === 423;
}

function conflict(): AppError {
  return new AppError("CONFLICT", { detail: "The upload of the file is at another place, or held by another call" });
}

function offsetOf({ headers }: StorageAnswer): number {
  const text = headers.get("upload-offset") ?? "";
  if (!/^\d{1,15}$/.test(text)) throw internalError("storage answered for an upload without an Upload-Offset");
  return Number(text);
}

function pathOf(name: string): string {
  return `/object/${BUCKET}/${name.split("/").map(encodeURIComponent).join("/")}`;
}

/** An address of another origin would get the secret key. */
function pathOfUpload(uploads: string, upload_url: string): string {
  const id = upload_url.slice(uploads.length);
  if (!upload_url.startsWith(uploads) || !/^[\w.~%-]+$/.test(id)) {
    throw internalError("the address of an upload is not one of this project's storage");
  }
  return `${RESUMABLE}/${id}`;
}

/** Upload-Metadata of TUS: keys, and values in base64. */
function encodeMetadata(metadata: Readonly<Record<string, string>>): string {
  return Object.entries(metadata).map(([key, value]) => {
    const bytes = new TextEncoder().encode(value);
    return `${key} ${btoa(String.fromCharCode(...bytes))}`;
  }).join(",");
}

function decodeMetadata(header: string): ReadonlyMap<string, string> {
  return new Map(
    header.split(",").map((pair) => {
      const [key = "", value = ""] = pair.trim().split(" ");
      return [key, decode(value)];
    }),
  );
}

function decode(base64: string): string {
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)));
  } catch {
    return "";
  }
}
