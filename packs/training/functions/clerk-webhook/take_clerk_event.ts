import { z } from "zod";
import { AppError } from "../../../../shared/kernel/app_error.ts";
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
    const { type } = shaped(() => envelope.parse(content));
    const change = shaped(() => changeOf(content));
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

/** The fields are named and not their values, which are personal. */
function shaped<Result>(parse: () => Result): Result {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    const fields = error.issues.map(({ path }) => path.join(".") || "the body").join(", ");
    const detail = `The message has not the shape that Clerk documents, at: ${fields}`;
    throw new AppError("BAD_REQUEST", { detail, defect: detail });
  }
}
