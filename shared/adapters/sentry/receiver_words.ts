import { scrubMessage } from "../../kernel/scrub/message.ts";

const LONGEST = 300;

/**
 * The reason that a receiver gave with a refusal, safe to keep and show: Sentry's `detail` and `causes`, or the text as it is.
 *
 * @param secrets what was sent along and must not come back
 * @returns null when it gave no readable reason
 */
export function receiverWords(text: string, secrets: readonly string[]): string | null {
  const said = detailIn(text) ?? (text.trimStart().startsWith("<") ? "" : text);
  const safe = secrets.reduce((words, secret) => secret === "" ? words : words.replaceAll(secret, "[secret]"), said);
  const words = scrubMessage(safe.replaceAll(/\s+/g, " ").trim(), { longest: LONGEST });
  return words === "" ? null : words;
}

function detailIn(text: string): string | null {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body !== "object" || body === null) return null;
    const { detail, causes } = body as { detail?: unknown; causes?: unknown };
    const parts = [detail, ...(Array.isArray(causes) ? causes : [])].filter((part) => typeof part === "string");
    return parts.join(": ");
  } catch {
    return null;
  }
}
