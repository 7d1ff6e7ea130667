// What standardwebhooks loads, pinned as `../supabase/verify_credentials.ts` explains.
import "@stablelib/base64";
import "fast-sha256";
import { Webhook, WebhookVerificationError } from "standardwebhooks";
import { misconfigured } from "../../kernel/app_error.ts";
import type { MessageVerifier } from "../../ops/webhooks.ts";
import type { GetVariable } from "../runtime/environment.ts";

/** As Svix makes them: "whsec_" and base64 of 24 bytes or more. */
const SECRET = /^whsec_(?:[A-Za-z0-9+/]{4}){8,}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/**
 * Verifies messages by the secrets in a variable, separated by spaces: two of them while a secret is being replaced. The
 * variable is read at each call, nothing is contacted.
 *
 * @throws AppError INTERNAL that names the variable, when it is missing, empty or holds something else
 */
export function webhookVerifier(get: GetVariable, variable: string): MessageVerifier {
  const secrets = (get(variable) ?? "").split(/\s+/).filter((secret) => secret !== "");
  if (secrets.length === 0) throw invalid(variable, "is missing or empty");
  if (!secrets.every((secret) => SECRET.test(secret))) throw invalid(variable, "holds something that is no secret");
  const webhooks = secrets.map((secret) => new Webhook(secret));
  return ({ id, timestamp, signature, body }) => {
    const headers = { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signature };
    return webhooks.some((webhook) => isSignedFor(webhook, body, headers));
  };
}

function isSignedFor(webhook: Webhook, body: string, headers: Record<string, string>): boolean {
  try {
    // The text is parsed afterwards: a signed text that is not JSON is no forgery.
    webhook.verify(body, headers, { jsonParse: false });
    return true;
  } catch (error) {
    if (error instanceof WebhookVerificationError) return false;
    throw error;
  }
}

function invalid(variable: string, what: string) {
  return misconfigured(
    `${variable} ${what}`,
    `set it to the endpoint's signing secret, which begins with "whsec_"; two secrets are separated by a space`,
  );
}
