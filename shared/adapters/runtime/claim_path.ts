import { z } from "zod";
import { isStorable } from "../../kernel/storable.ts";

/** Claims that users write themselves, at Supabase and at Clerk: no right may come from them. */
const WRITTEN_BY_USERS = new Set(["user_metadata", "unsafe_metadata", "unsafeMetadata"]);

export const NOT_EMPTY = { error: "must not be empty" };

export const settingText = z.string({ error: "must be text" }).min(1, NOT_EMPTY)
  .max(255, { error: "must have 255 characters at most" })
  .refine(isStorable, { error: "must be text that the database can hold" });

/**
 * Where a claim is: `"o.id"`, or `["https://example.com/org"]` where a name holds a dot. `freshet.claim_path_fault()` refuses
 * the same in SQL.
 */
export const claimPath = z.union([
  settingText.transform((dotted) => dotted.split(".")),
  z.array(settingText).min(1, NOT_EMPTY).max(5, { error: "must name five claims at most" }),
], {
  error: 'must name claims like "o.id" or ["https://example.com/org"]',
}).refine((names) => names.every((name) => name !== ""), { error: "must not have an empty part" })
  .refine((names) => !names.some((name) => WRITTEN_BY_USERS.has(name)), {
    error: "must not come from user_metadata or unsafe_metadata, which users write themselves",
  });

/** The same as the text of a variable: `app_metadata.org_id`, or a JSON list of names. */
export const claimSetting = z.string().transform((text, context): unknown => {
  if (!text.startsWith("[")) return text;
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: "custom", message: "must be a dotted path, or a list of names in JSON" });
    return z.NEVER;
  }
}).pipe(claimPath);

/** The place of the claim that makes an administrator. */
export const adminSetting = claimSetting.refine((names) => names.join() !== "is_anonymous", {
  error: "must not be is_anonymous, which is true for whoever signs in without an account",
});
