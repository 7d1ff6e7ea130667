import { z } from "zod";
import { type Action, ACTIONS } from "../../ops/actions.ts";
import { scrubName } from "../../kernel/scrub/message.ts";
import { asked, type Listing } from "./serve_ops.ts";

const params = z.strictObject({
  action: z.enum(ACTIONS, { error: `must be one of ${ACTIONS.join(", ")}` }).optional(),
  subject: asked.name().optional(),
  cursor: asked.number().optional(),
  limit: asked.limit(),
});

/** GET /ops/actions: what operators did over HTTP, newest first. */
export const actions: Listing<typeof params, Action> = {
  name: "actions",
  params,
  read: (operations, asked) => operations.actions(asked),
  show: shownAction,
};

/** An action, as it is served. A reason is a person's own text, and is kept but for secrets. */
export function shownAction({ subject, reason, ...action }: Action): unknown {
  return { ...action, subject: scrubName(subject), reason: reason === null ? null : scrubName(reason) };
}
