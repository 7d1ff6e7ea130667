import { AppError, internalError, misconfigured, sourceUnavailable } from "../../kernel/app_error.ts";
import type { Bytes } from "../../read/entry.ts";

/** What storage answered. Its messages are never passed on: they may hold names. */
export interface StorageAnswer {
  /** The status that storage means: it answers most refusals with 400, and the status in the body. */
  readonly status: number;
  readonly headers: Headers;
  /** The body as JSON; null where it is not JSON. */
  readonly body: unknown;
}

export interface StorageRequest {
  readonly method: "GET" | "HEAD" | "POST" | "PATCH" | "DELETE";
  /** Below /storage/v1, e.g. /bucket. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Bytes | string;
  readonly timeout_ms?: number;
}

/** @throws AppError SOURCE_UNAVAILABLE where storage did not answer, or answered that it cannot now. */
export type StorageCall = (request: StorageRequest) => Promise<StorageAnswer>;

const TIMEOUT_MS = 10_000;

export interface StorageCallOptions {
  readonly url: string;
  readonly key: string;
  readonly fetch: typeof globalThis.fetch;
}

/** Calls the storage of a project with its secret key. */
export function createStorageCall({ url, key, fetch }: StorageCallOptions): StorageCall {
  return async ({ method, path, headers, body = null, timeout_ms = TIMEOUT_MS }) => {
    const what = `storage, ${method} ${kindOf(path)}`;
    const answer = await answerOf(what, () =>
      fetch(`${url}/storage/v1${path}`, {
        method,
        headers: { ...headers, apikey: key, authorization: `Bearer ${key}` },
        body,
        // A redirect would take the secret key elsewhere.
        redirect: "manual",
        // Ends the reading of the answer too.
        signal: AbortSignal.timeout(timeout_ms),
      }));
    if (answer.status >= 500 || answer.status === 408 || answer.status === 429) {
      throw sourceUnavailable(`${what}: HTTP ${answer.status}`);
    }
    return answer;
  };
}

async function answerOf(what: string, send: () => Promise<Response>): Promise<StorageAnswer> {
  try {
    const response = await send();
    const body = parse(await response.text());
    return { status: meantBy(response.status, body), headers: response.headers, body };
  } catch (error) {
    const is_timeout = error instanceof DOMException && error.name === "TimeoutError";
    throw sourceUnavailable(`${what}: ${is_timeout ? "no answer in time" : "not reachable"}`);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function meantBy(status: number, body: unknown): number {
  if (status !== 400 || typeof body !== "object" || body === null || !("statusCode" in body)) return status;
  const meant = Number(body.statusCode);
  return Number.isInteger(meant) && meant >= 400 && meant < 600 ? meant : status;
}

/** A refusal that the caller of the adapter has no answer to. */
export function storageRefusal(what: string, { status }: StorageAnswer): AppError {
  // Another call holds the object, and will have ended soon.
  if (status === 409 || status === 423) return sourceUnavailable(`storage would not ${what} now [HTTP ${status}]`);
  if (status === 401 || status === 403) {
    return misconfigured(
      `storage refused to ${what} [HTTP ${status}]`,
      'the secret key named "default" must be valid, and no role service_role of it revoked (Settings → API keys)',
    );
  }
  return internalError(`storage refused to ${what} [HTTP ${status}]`);
}

/** The part of the path that names no object. */
function kindOf(path: string): string {
  return /^\/(?:object\/sign|upload\/resumable|[a-z]+)/.exec(path)?.[0] ?? "";
}
