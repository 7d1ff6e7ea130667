// /functions/v1/digest-replies/unsubscribe: called from links and headers of digests, without a login.
// /functions/v1/digest-replies/events: called by the mail provider, signed.
import { connectPackRpc } from "../../../../shared/adapters/supabase/pack_rpc.ts";
import { webhookVerifier } from "../../../../shared/adapters/webhook/verifier.ts";
import { serveWebhook } from "../../../../shared/http/webhook/serve_webhook.ts";
import { serveReplies } from "./serve_replies.ts";
import { takeMailEvent } from "./take_mail_event.ts";
import { unsubscribing } from "./unsubscribe.ts";

const get = (variable: string) => Deno.env.get(variable);
const log = (line: string) => console.log(line);
const rpc = connectPackRpc(get);
const verifier = () => webhookVerifier(get, "RESEND_WEBHOOK_SECRET");

export default {
  fetch: serveReplies({
    events: serveWebhook({ name: "digest-replies", verifier, log }, takeMailEvent(rpc)),
    unsubscribe: unsubscribing(rpc, get),
    log,
  }),
};
