import { z } from "zod";
import type { Caller } from "../../access/caller.ts";

const name = z.string().min(1).max(255);

/** The claims that identity depends on. Subjects are text: an external identity provider may issue them. */
const claims = z.object({
  sub: name,
  role: z.literal("authenticated"),
  /** Seconds since the epoch. A token without an expiry is not accepted. */
  exp: z.number(),
  is_admin: z.unknown().optional(),
  org_id: name.nullable().catch(null).default(null),
  org_role: name.nullable().catch(null).default(null),
});

/** The caller that verified claims describe, and when they expire; null when they describe no signed-in user. */
export function callerOf(payload: unknown): { readonly caller: Caller; readonly expires_at: number } | null {
  const parsed = claims.safeParse(payload);
  if (!parsed.success) return null;
  const { sub, exp, is_admin, org_id, org_role } = parsed.data;
  // Exactly true: "true", 1 or {} in a token is a mistake of its issuer, and makes no administrator.
  const caller: Caller = { kind: "user", subject: sub, is_admin: is_admin === true, org_id, org_role };
  return { caller, expires_at: exp * 1_000 };
}

const header = z.object({ alg: z.string(), kid: z.string().optional() });

/** The algorithm that a token claims to be signed with, and the key; null when its header cannot be read. */
export function headerOf(token: string): z.output<typeof header> | null {
  try {
    const [encoded = ""] = token.split(".");
    const text = atob(encoded.replaceAll("-", "+").replaceAll("_", "/"));
    return header.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
