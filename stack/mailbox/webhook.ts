import { randomBytes } from "node:crypto";
import { signedBySvix } from "../svix.ts";
import type { KeptMail } from "./letters.ts";

/** The types of messages that the page can send about a mail. */
export const EVENTS = ["email.delivered", "email.bounced", "email.complained", "email.failed"] as const;

export function newWebhookSecret(): string {
  return `whsec_${randomBytes(32).toString("base64")}`;
}

/** Sends a message about a mail, signed as Svix signs Resend's. Returns the status of the answer. */
export async function sendEvent(
  { url, secret }: { readonly url: string; readonly secret: string },
  type: string,
  { id: email_id, from, to, subject, tags, sent_at }: KeptMail,
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
        ? { bounce: { type: "Permanent", subType: "General", message: "No such user" } }
        : {}),
    },
  });
  const response = await fetch(signedBySvix({ url, secret }, body));
  await response.body?.cancel();
  return response.status;
}
