import { Buffer } from "node:buffer";
import { createHmac, randomBytes } from "node:crypto";
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
  const id = changes.id ?? `msg_${crypto.randomUUID().replaceAll("-", "")}`;
  const timestamp = String(changes.timestamp ?? Math.floor(Date.now() / 1000));
  const key = Buffer.from((changes.secret ?? own.secret).slice("whsec_".length), "base64");
  const signature = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64");
  const response = await fetch(url, {
    method: "POST",
    body,
    headers: {
      "content-type": "application/json",
      "svix-id": id,
      "svix-timestamp": timestamp,
      "svix-signature": `v1,${signature}`,
    },
  });
  await response.body?.cancel();
  return response.status;
}
