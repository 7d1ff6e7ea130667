import { join } from "node:path";
import { FileStore } from "@tus/file-store";
import { Server } from "@tus/server";
import { preflight } from "./cors.ts";
import { refusalOfOthers, type ServiceRoleOptions } from "./service_role.ts";
import { Refusal, storedObjects } from "./stored_objects.ts";

/** The platform says of the size of a part: 6 MB, do not change it. */
const PART_BYTES = 6 * 1024 * 1024;
/** So long an upload's address is valid on the platform. */
const LIFETIME_MS = 24 * 3600 * 1000;

export const RESUMABLE_PATH = "/storage/v1/upload/resumable";

export interface ResumableUploadOptions extends ServiceRoleOptions {
  /** Holds the files of unfinished uploads. */
  readonly folder: string;
  /** `file_size_limit` of [storage] in config.toml. */
  readonly byteLimit: number;
  readonly dataApiUrl: string;
  /** The secret key that the data API knows. */
  readonly secretKey: string;
}

/** Answers a request for RESUMABLE_PATH and below. */
export type ResumableUploads = (request: Request) => Promise<Response>;

/**
 * A stand-in for the platform's resumable uploads (TUS), which lite does not have: the server that the platform runs, in
 * front of lite's storage. Stricter in two points: it takes service_role only, no signed upload and no user's rights,
 * and it refuses parts of another size than 6 MiB, which the platform may take today.
 */
export function resumableUploads(options: ResumableUploadOptions): ResumableUploads {
  const { folder, byteLimit } = options;
  const objects = storedObjects(options);
  // The file store makes it too, but not before this returns, and a full disk would end the stack there.
  Deno.mkdirSync(folder, { recursive: true });
  const store = new FileStore({ directory: folder, expirationPeriodInMilliseconds: LIFETIME_MS });
  const server = new Server({
    path: RESUMABLE_PATH,
    datastore: store,
    disableTerminationForFinishedUploads: true,
    maxSize: byteLimit,
    namingFunction: () => crypto.randomUUID(),
    getFileIdFromRequest: (_, id) => id !== undefined && isUuid(id) ? id : undefined,

    async onUploadCreate(request, { size, metadata }) {
      const { bucket, name } = named(metadata);
      if (size === undefined) throw new Refusal(400, "Upload-Length is required: lengths are not deferred here");
      const limit = await objects.limitOf(bucket);
      if (limit === undefined) throw new Refusal(404, "Bucket not found");
      if (limit !== null && size > limit) throw new Refusal(413, "Maximum size exceeded");
      if (!isUpsert(request) && await objects.exists(bucket, name)) throw existing();
      return {};
    },

    async onIncomingRequest(request, id) {
      if (request.method !== "PATCH" && request.method !== "DELETE") return;
      const { size, offset, metadata } = await store.getUpload(id);
      const { bucket, name } = named(metadata);
      // As on the platform, which asks for each call but HEAD whether its caller might upload the object.
      if (request.method === "DELETE") {
        if (!isUpsert(request) && await objects.exists(bucket, name)) throw existing();
        return;
      }
      if (!isUpsert(request) && offset !== size && await objects.exists(bucket, name)) throw existing();
      const length = Number(request.headers.get("content-length"));
      if (length === PART_BYTES || Number(request.headers.get("upload-offset")) + length === size) return;
      throw new Refusal(400, `A part has ${length} bytes: all but the last must have ${PART_BYTES}`);
    },

    async onUploadFinish(request, { id, size, metadata }) {
      const { bucket, name } = named(metadata);
      const file = join(folder, id);
      const contentType = metadata?.["contentType"] ?? "application/octet-stream";
      await objects.store({ bucket, name, file, contentType, isUpsert: isUpsert(request) });
      // The upload still tells its offset, as on the platform, from a file that no longer takes room.
      await Deno.truncate(file, 0);
      await Deno.truncate(file, size ?? 0);
      return { headers: { "Tus-Complete": "1" } };
    },
  });
  // A file that cannot be read stays; it must not keep the gateway from starting.
  const swept = server.cleanUpExpiredUploads().catch(() => {});

  return async (request) => {
    if (request.method === "OPTIONS") return preflight(request);
    const status = await refusalOfOthers(request.headers, options);
    if (status !== null) {
      await request.body?.cancel();
      return new Response(status === 401 ? "Unauthorized\n" : "Access denied\n", { status });
    }
    await swept;
    return await server.handleWeb(request);
  };
}

function named(metadata: Readonly<Record<string, string | null>> | undefined): { bucket: string; name: string } {
  const bucket = metadata?.["bucketName"];
  const name = metadata?.["objectName"];
  if (!bucket || !name) throw new Refusal(400, "Upload-Metadata needs bucketName and objectName");
  return { bucket, name };
}

function existing(): Refusal {
  return new Refusal(409, "The resource already exists");
}

function isUpsert(request: { readonly headers: Headers }): boolean {
  return request.headers.get("x-upsert") === "true";
}

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
}
