// POST /functions/v1/clerk-webhook: takes users, organisations and memberships from Clerk. Called by Clerk.
import { connectPackRpc } from "../../../../shared/adapters/supabase/pack_rpc.ts";
import { webhookVerifier } from "../../../../shared/adapters/webhook/verifier.ts";
import { serveWebhook } from "../../../../shared/http/webhook/serve_webhook.ts";
import { clerkInstance } from "./clerk_instance.ts";
import { takeClerkEvent } from "./take_clerk_event.ts";

const get = (variable: string) => Deno.env.get(variable);

export default {
  fetch: serveWebhook({
    name: "clerk-webhook",
    verifier: () => webhookVerifier(get, "CLERK_WEBHOOK_SECRET"),
    log: (line) => console.log(line),
  }, takeClerkEvent(connectPackRpc(get), () => clerkInstance(get))),
};
