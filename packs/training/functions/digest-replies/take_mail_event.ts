import { z } from "zod";
import { shapedMessage } from "../../../../shared/http/webhook/shaped_message.ts";
import { isStorable } from "../../../../shared/kernel/storable.ts";
import type { PackRpc } from "../../../../shared/adapters/supabase/pack_rpc.ts";
import type { VerifiedMessage } from "../../../../shared/ops/webhooks.ts";

const envelope = z.object({ type: z.string().max(100) });
const tags = z.union([
  z.record(z.string(), z.string()),
  z.array(z.object({ name: z.string(), value: z.string() }))
    .transform((list) => Object.fromEntries(list.map(({ name, value }) => [name, value]))),
]);
const event = z.object({
  data: z.object({
    // A message that the database refuses would be repeated for days.
    to: z.array(z.string().max(1_000).refine(isStorable)).min(1),
    tags: tags.nullish(),
    bounce: z.object({ type: z.string().nullish() }).nullish(),
  }),
});

/** What each type of message is about; all other types are acknowledged and change nothing. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ["email.bounced", "bounced"],
  ["email.complained", "complained"],
  ["email.suppressed", "suppressed"],
  ["email.failed", "failed"],
]);

/** Takes a verified message of Resend: a bounce, complaint or suppression ends the mails to the address. */
export function takeMailEvent(rpc: PackRpc): (message: VerifiedMessage) => Promise<Readonly<Record<string, string>>> {
  return async ({ id, content }) => {
    const { type } = shapedMessage("Resend", () => envelope.parse(content));
    const reason = REASONS.get(type);
    if (reason === undefined) return { outcome: "ignored", type };
    const { data } = shapedMessage("Resend", () => event.parse(content));
    const delivery_id = Number(/^[1-9]\d{0,15}$/.exec(data.tags?.["freshet_delivery"] ?? "")?.[0]);
    // A mail of another program that shares the account, or one that the receiver's server took later.
    if (!Number.isSafeInteger(delivery_id) || data.bounce?.type === "Transient") return { outcome: "ignored", type };
    const outcome = await rpc({
      name: "take_digest_event",
      input: { message_id: id, reason, delivery_id, email: data.to[0] },
      output: z.enum(["taken", "replayed", "unknown"]),
      timeout_ms: 8_000,
    });
    return { outcome, type };
  };
}
