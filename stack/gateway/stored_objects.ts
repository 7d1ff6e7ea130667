import { z } from "zod";

/** What the stand-in for resumable uploads asks of lite's storage. */
export interface StoredObjects {
  /** The bucket's own limit of a file, null without one; undefined where there is no such bucket. */
  limitOf(bucket: string): Promise<number | null | undefined>;
  exists(bucket: string, name: string): Promise<boolean>;
  /** Stores a file as one object. Throws a Refusal. */
  store(object: StoredObject): Promise<void>;
}

export interface StoredObject {
  readonly bucket: string;
  readonly name: string;
  readonly file: string;
  readonly contentType: string;
  readonly isUpsert: boolean;
}

/** In the form in which @tus/server answers it. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status_code: number;
  readonly body: string;
  constructor(status_code: number, body: string) {
    super(body);
    this.status_code = status_code;
    this.body = `${body}\n`;
  }
}

const bucketRow = z.looseObject({ file_size_limit: z.coerce.number().nullish() });
const storageRefusal = z.looseObject({ statusCode: z.coerce.number().int(), message: z.string() });

export function storedObjects({ dataApiUrl, secretKey }: { dataApiUrl: string; secretKey: string }): StoredObjects {
  const storage = `${dataApiUrl}/storage/v1`;
  const headers = { apikey: secretKey, authorization: `Bearer ${secretKey}` };
  return {
    async limitOf(bucket) {
      const response = await fetch(`${storage}/bucket/${encodeURIComponent(bucket)}`, { headers });
      const body: unknown = await response.json();
      if (response.ok) return bucketRow.parse(body).file_size_limit ?? null;
      if (storageRefusal.safeParse(body).data?.statusCode === 404) return undefined;
      throw new Refusal(500, `storage did not tell bucket ${bucket}: HTTP ${response.status}`);
    },
    async exists(bucket, name) {
      const response = await fetch(`${storage}/object/${pathOf(bucket, name)}`, { method: "HEAD", headers });
      await response.body?.cancel();
      return response.ok;
    },
    async store({ bucket, name, file, contentType, isUpsert }) {
      const response = await fetch(`${storage}/object/${pathOf(bucket, name)}`, {
        method: "POST",
        headers: { ...headers, "content-type": contentType, "x-upsert": String(isUpsert) },
        // In memory: lite keeps the size of a body that it does not know the length of as unknown.
        body: await Deno.readFile(file),
      });
      const text = await response.text();
      if (response.ok) return;
      const refused = storageRefusal.safeParse(parse(text)).data;
      throw new Refusal(refused?.statusCode ?? 500, refused?.message ?? `storage answered ${response.status}`);
    },
  };
}

function pathOf(bucket: string, name: string): string {
  return [bucket, ...name.split("/")].map(encodeURIComponent).join("/");
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
