import { randomBytes } from "node:crypto";
import { signedBySvix } from "../svix.ts";
import type { KeptMail } from "./letters.ts";

/** The types of messages that the page can send about a mail. */
export const EVENTS = [
  "email.delivered",
  "email.bounced",
  "email.complained",
  "email.suppressed",
  "email.failed",
] as const;

/** What a forger or a repeating sender would set. */
export interface EventChanges {
  /** By default a new one, as for each message of Resend. */
  readonly id?: string;
  /** When it is said to be signed, in seconds since the epoch. By default now. */
  readonly timestamp?: number;
  /** The secret that signs it, if not the mailbox's. */
  readonly secret?: string;
  readonly bounce_type?: "Permanent" | "Transient";
}

export function newWebhookSecret(): string {
  return `whsec_${randomBytes(32).toString("base64")}`;
}

/** Sends a message about a mail, signed as Svix signs Resend's. Returns the status of the answer. */
export async function sendEvent(
  { url, ...own }: { readonly url: string; readonly secret: string },
  type: string,
  { id: email_id, from, to, subject, tags, sent_at }: KeptMail,
  changes: EventChanges = {},
): Promise<number> {
  const body = JSON.stringify({
    type,
    created_at: new Date().toISOString(),
    data: {
      email_id,
      from,
      to,
      subject,
      created_at: sent_at,
      tags: Object.fromEntries(tags.map(({ name, value }) => [name, value])),
      ...(type === "email.bounced"
        ? { bounce: { type: changes.bounce_type ?? "Permanent", subType: "General", message: "No such user" } }
        : {}),
    },
  });
  const signer = { url, secret: changes.secret ?? own.secret };
  const response = await fetch(signedBySvix(signer, body, changes));
  await response.body?.cancel();
  return response.status;
}
