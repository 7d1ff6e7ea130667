import { createTransport } from "@sentry/deno";
import type { AlertCategory } from "../../audit/ports.ts";
import type { SendAnswer } from "../../audit/verdict.ts";
import { receiverWords } from "./receiver_words.ts";
import { rateLimitSeconds } from "./rate_limits.ts";

type Options = Parameters<typeof createTransport>[0] & {
  readonly url: string;
  readonly headers?: { [name: string]: string };
};
type SentryTransport = ReturnType<typeof createTransport>;

/** Called with Sentry's answer to each envelope. The SDK itself does not report it: `flush()` is true after a 500 as well. */
export interface OnAnswer {
  (envelope_id: string, answer: SendAnswer): void;
}

export interface TransportOptions {
  readonly timeout_ms: number;
  readonly onAnswer: OnAnswer;
  readonly now: () => number;
}

/** A transport for the SDK that has a timeout and reports every answer by the id of what was sent. */
export function observedTransport(
  { timeout_ms, onAnswer, now }: TransportOptions,
): (options: Options) => SentryTransport {
  return (options) => {
    const transport = createTransport(options, async ({ body }) => {
      const response = await fetch(options.url, {
        method: "POST",
        // A copy: the SDK types the body over any buffer, fetch wants one that is not shared.
        body: typeof body === "string" ? body : new Uint8Array(body),
        // fetch would send a string as plain text, and Spotlight shows only what has the content type of an envelope.
        headers: { "content-type": "application/x-sentry-envelope", ...options.headers },
        redirect: "manual",
        signal: AbortSignal.timeout(timeout_ms),
      });
      const words = await wordsOf(response, options.url);
      return {
        statusCode: response.status,
        headers: {
          [WORDS]: words,
          "x-sentry-rate-limits": response.headers.get("x-sentry-rate-limits"),
          "retry-after": response.headers.get("retry-after"),
        },
      };
    });

    return {
      flush: (timeout) => transport.flush(timeout),
      async send(envelope) {
        const { id, category } = describe(envelope);
        try {
          // {} when the SDK itself held it back.
          const response = await transport.send(envelope);
          const headers = {
            rate_limits: response.headers?.["x-sentry-rate-limits"] ?? null,
            retry_after: response.headers?.["retry-after"] ?? null,
          };
          onAnswer(id, {
            status: response.statusCode ?? null,
            hold_seconds: rateLimitSeconds(headers, category, now()),
            words: response.headers?.[WORDS] ?? null,
          });
          return response;
        } catch {
          // Refused, reset or too slow: the error may contain the address with its key, so it is not kept.
          onAnswer(id, { status: null, hold_seconds: null, words: null });
          return {};
        }
      },
    };
  };
}

/** Not a header of the receiver: the SDK passes on status and headers only, so this is how the words get through it. */
const WORDS = "freshet-words";
/** Characters of an answer that are read. */
const LONGEST_ANSWER = 4_096;

async function wordsOf(response: Response, url: string): Promise<string | null> {
  if (response.ok || response.body === null) {
    await response.body?.cancel();
    return null;
  }
  let text = "";
  for await (const part of response.body.pipeThrough(new TextDecoderStream())) {
    text += part;
    if (text.length > LONGEST_ANSWER) break;
  }
  return receiverWords(text.slice(0, LONGEST_ANSWER), [new URL(url).searchParams.get("sentry_key") ?? ""]);
}

function describe(envelope: Parameters<SentryTransport["send"]>[0]): { id: string; category: AlertCategory } {
  const [header, items] = envelope;
  for (const [, payload] of items) {
    if (typeof payload === "object" && "check_in_id" in payload) {
      return { id: String(payload.check_in_id), category: "check_ins" };
    }
  }
  return { id: "event_id" in header ? String(header.event_id) : "", category: "events" };
}
