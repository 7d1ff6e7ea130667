import { z } from "zod";
import { shapedMessage } from "../../../../shared/http/webhook/shaped_message.ts";
import type { PackRpc } from "../../../../shared/adapters/supabase/pack_rpc.ts";
import type { VerifiedMessage } from "../../../../shared/ops/webhooks.ts";
import { changeOf, envelope } from "./change.ts";
import type { ClerkInstance } from "./clerk_instance.ts";

/**
 * Writes a verified message of Clerk to the database; a type that is not of users, organisations or memberships is acknowledged.
 *
 * @param instance read at each message: ids are made of it
 */
export function takeClerkEvent(
  rpc: PackRpc,
  instance: () => ClerkInstance,
): (message: VerifiedMessage) => Promise<Readonly<Record<string, string>>> {
  return async ({ id, content }) => {
    const { type } = shapedMessage("Clerk", () => envelope.parse(content));
    const change = shapedMessage("Clerk", () => changeOf(content));
    if (change === null) return { outcome: "ignored", type };
    const outcome = await rpc({
      name: "take_clerk_event",
      input: { event: { message_id: id, ...instance(), ...change } },
      output: z.enum(["taken", "replayed", "older"]),
      timeout_ms: 8_000,
    });
    return { outcome, type };
  };
}
