import { z } from "zod";
import type { DigestSettings } from "./settings.ts";

/** A mail as Resend takes it. */
export interface Letter {
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly tags: readonly { readonly name: string; readonly value: string }[];
}

/** What became of a batch. `error_code` is Resend's name of the error, or ours where there was no answer. */
export type Outcome =
  | { readonly kind: "accepted"; readonly ids: readonly string[]; readonly pause_seconds: number }
  /** Not known to be sent, or not sent: the same batch with the same key is sent after the wait. */
  | {
    readonly kind: "wait";
    readonly error_code: string;
    readonly wait_seconds: number;
    /** The provider said that it did not take the request: none was sent by it. */
    readonly is_unsent: boolean;
  }
  /** None was sent, and none will be as the batch is. */
  | { readonly kind: "refused"; readonly error_code: string }
  /** The key was used with other mails: whether these were sent is not known. */
  | { readonly kind: "in_doubt"; readonly error_code: string };

export type SendBatch = (key: string, letters: readonly Letter[]) => Promise<Outcome>;

const accepted = z.object({ data: z.array(z.object({ id: z.string().min(1) })) });
const refusal = z.object({ name: z.string() });

const TIMEOUT_MS = 10_000;
const WAIT_SECONDS = 60;
/** A quota ends with the day or the month, a key when an operator replaces it. */
const LONG_WAIT_SECONDS = 3_600;
const KEY_WAIT_SECONDS = 600;

/** Sends by POST /emails/batch of Resend, with the key in the header Idempotency-Key. It never throws. */
export function resend({ api_key, api_url }: DigestSettings, fetch = globalThis.fetch): SendBatch {
  return async (key, letters) => {
    try {
      const response = await fetch(`${api_url}/emails/batch`, {
        method: "POST",
        headers: { authorization: `Bearer ${api_key}`, "content-type": "application/json", "idempotency-key": key },
        body: JSON.stringify(letters),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      return outcomeOf(response.status, response.headers, await response.text(), letters.length);
    } catch {
      return { kind: "wait", error_code: "no_answer", wait_seconds: WAIT_SECONDS, is_unsent: false };
    }
  };
}

function outcomeOf(status: number, headers: Headers, text: string, asked_count: number): Outcome {
  const body = parsed(text);
  if (status >= 200 && status < 300) {
    const ids = accepted.safeParse(body).data?.data.map(({ id }) => id) ?? [];
    if (ids.length === asked_count) return { kind: "accepted", ids, pause_seconds: pauseAfter(headers) };
    return { kind: "wait", error_code: "unreadable_answer", wait_seconds: WAIT_SECONDS, is_unsent: false };
  }
  const error_code = errorCode(refusal.safeParse(body).data?.name, status);
  if (status === 429) {
    const wait_seconds = error_code.includes("quota") ? LONG_WAIT_SECONDS : secondsOf(headers, "retry-after") ?? 1;
    const within = Math.min(Math.max(wait_seconds, 1), LONG_WAIT_SECONDS);
    return { kind: "wait", error_code, wait_seconds: within, is_unsent: true };
  }
  if (status === 401 || status === 403) {
    return { kind: "wait", error_code: withKey(error_code), wait_seconds: KEY_WAIT_SECONDS, is_unsent: true };
  }
  if (error_code === "invalid_idempotent_request") return { kind: "in_doubt", error_code };
  if (status >= 500 || status === 408 || status === 409) {
    return { kind: "wait", error_code, wait_seconds: WAIT_SECONDS, is_unsent: false };
  }
  return { kind: "refused", error_code };
}

/** How long to pause so that the next request is within the provider's rate. */
function pauseAfter(headers: Headers): number {
  return secondsOf(headers, "ratelimit-remaining") === 0 ? secondsOf(headers, "ratelimit-reset") ?? 1 : 0;
}

function secondsOf(headers: Headers, name: string): number | null {
  const text = headers.get(name);
  return text !== null && /^\d{1,9}$/.test(text.trim()) ? Number(text) : null;
}

/** As the table takes it. */
function errorCode(name: string | undefined, status: number): string {
  const code = name?.toLowerCase() ?? "";
  return /^[a-z][a-z0-9_]{0,63}$/.test(code) ? code : `http_${status}`;
}

/** Resend calls a wrong key and an unverified domain "validation_error", too: at these statuses an operator must act. */
function withKey(error_code: string): string {
  return error_code.includes("api_key") ? error_code : "api_key_or_domain_refused";
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
