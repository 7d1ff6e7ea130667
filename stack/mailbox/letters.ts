import { z } from "zod";
import { type Answer, refusal } from "./idempotency.ts";

const address = z.string().regex(/^(?:[^<>]+ <)?[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+>?$/);
const word = z.string().max(256).regex(/^[A-Za-z0-9_-]+$/);

const letter = z.object({
  from: address,
  to: z.union([address.transform((one) => [one]), z.array(address).min(1).max(50)]),
  subject: z.string(),
  html: z.string().optional(),
  text: z.string().optional(),
  headers: z.record(z.string(), z.string().regex(/^[^\r\n]*$/)).default({}),
  tags: z.array(z.object({ name: word, value: word })).default([]),
}).refine(({ html, text }) => html !== undefined || text !== undefined, { path: ["html"], error: "html or text" });

/** A mail that was sent, as the mailbox keeps it. */
export type KeptMail = z.output<typeof letter> & { readonly id: string; readonly sent_at: string };

const MOST_LETTERS = 100;

/** Takes all mails of a request or none, as Resend does. */
export function takeLetters(body: string, is_batch: boolean, keep: (mail: KeptMail) => void): Answer {
  const parsed = (is_batch ? z.array(letter).min(1).max(MOST_LETTERS) : letter.transform((one) => [one])).safeParse(
    asJson(body),
  );
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return refusal(422, "validation_error", `Invalid \`${issue?.path.join(".") || "body"}\`: ${issue?.message ?? ""}`);
  }
  const mails = parsed.data.map((one) => ({ ...one, id: crypto.randomUUID(), sent_at: new Date().toISOString() }));
  mails.forEach(keep);
  const ids = mails.map(({ id }) => ({ id }));
  return { status: 200, body: is_batch ? { data: ids } : ids[0] };
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
