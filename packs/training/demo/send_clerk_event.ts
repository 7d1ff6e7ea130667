// Lets the local product's stand-in of Clerk have a new user, or the change in a file of JSON, and send its message.
import { Webhook } from "standardwebhooks";
import { LOCAL_VALUES } from "../functions/variables.ts";

/** A user as Clerk describes it in webhooks. */
export function userCreated(id: string, now_ms: number): object {
  return {
    type: "user.created",
    object: "event",
    timestamp: now_ms,
    data: {
      id,
      first_name: "Ada",
      last_name: "Example",
      primary_email_address_id: "idn_1",
      email_addresses: [{ id: "idn_1", email_address: "ada@example.org", verification: { status: "verified" } }],
      created_at: now_ms,
      updated_at: now_ms,
    },
  };
}

/** The request that Clerk would make, signed with the local product's secret. */
export function signedMessage(
  origin: string,
  body: string,
  message_id = `msg_${crypto.randomUUID()}`,
  now = new Date(),
): Request {
  const signature = new Webhook(LOCAL_VALUES["CLERK_WEBHOOK_SECRET"] ?? "").sign(message_id, now, body);
  return new Request(`${origin}/functions/v1/clerk-webhook`, {
    method: "POST",
    body,
    headers: {
      "content-type": "application/json",
      "svix-id": message_id,
      "svix-timestamp": String(Math.floor(now.getTime() / 1000)),
      "svix-signature": signature,
    },
  });
}

if (import.meta.main) {
  const [file] = Deno.args;
  const clerk = Deno.env.get("FRESHET_LOCAL_CLERK_URL");
  if (clerk === undefined) {
    console.error('FRESHET_LOCAL_CLERK_URL is not set: eval "$(npx -y deno@2.9.6 task --quiet status --env)"');
    Deno.exit(1);
  }
  const body = file === undefined
    ? JSON.stringify(userCreated(`user_${Date.now()}`, Date.now()))
    : await Deno.readTextFile(file);
  const response = await fetch(`${clerk}/events`, { method: "POST", body });
  console.log(await response.text());
  Deno.exit(response.ok ? 0 : 1);
}
