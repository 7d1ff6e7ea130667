import { z } from "zod";
import type { View } from "../../ops/views.ts";
import { scrubMessage } from "../../kernel/scrub/message.ts";
import { asked, type Listing } from "./serve_ops.ts";

const params = z.strictObject({
  view: asked.name().optional(),
  pack: asked.name().optional(),
  cursor: asked.name().optional(),
  limit: asked.limit(),
});

/** GET /ops/views: by name, each with its last refreshes and what they cost. */
export const views: Listing<typeof params, View> = {
  name: "views",
  params,
  read: (operations, asked) => operations.views(asked),
  show({ last_error, ...view }) {
    if (last_error === null || last_error.message === null) return { ...view, last_error };
    const message = scrubMessage(last_error.message, { names: [view.view, view.job] });
    return { ...view, last_error: { ...last_error, message } };
  },
};
