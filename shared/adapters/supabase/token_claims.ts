import { z } from "zod";
import type { Caller } from "../../access/caller.ts";
import { claimAt, claimedText } from "./claim_at.ts";

const name = z.string().min(1).max(255);

/** Where the claims of the project's own tokens are: `FRESHET_CLAIM_ORG`, `FRESHET_CLAIM_ORG_ROLE`, `FRESHET_CLAIM_ADMIN`. */
export interface ClaimPaths {
  readonly org: readonly string[];
  readonly org_role: readonly string[];
  readonly admin: readonly string[];
}

/** The claims that identity depends on. Subjects are text: an external identity provider may issue them. */
const claims = z.object({
  sub: name,
  role: z.literal("authenticated"),
  /** Seconds since the epoch. A token without an expiry is not accepted. */
  exp: z.number(),
  /** Clerk's session that still lacks a step, such as a second factor. */
  sts: z.unknown().optional().refine((status) => status !== "pending"),
});

/** A verified caller, and when the token expires in milliseconds since the epoch. */
export interface TokenCaller {
  readonly caller: Caller;
  readonly expires_at: number;
}

/**
 * The caller that verified claims of the project's own issuer describe. `freshet.own_claims()` is the same in SQL, for calls
 * that reach the database without the function.
 *
 * @returns null when they describe no signed-in user
 */
export function callerOf(payload: unknown, paths: ClaimPaths): TokenCaller | null {
  const parsed = claims.safeParse(payload);
  if (!parsed.success) return null;
  const { sub, exp } = parsed.data;
  const caller: Caller = {
    kind: "user",
    subject: sub,
    // Exactly true: "true", 1 or {} in a token is a mistake of its issuer, and makes no administrator.
    is_admin: claimAt(payload, paths.admin) === true,
    org_id: claimedText(payload, paths.org),
    org_role: claimedText(payload, paths.org_role),
  };
  return { caller, expires_at: exp * 1_000 };
}

const header = z.object({ alg: z.string(), kid: z.string().optional() });
const issued = z.object({ iss: z.string() });

/** What an unverified token says of itself. It decides only which keys and rules the token is verified with. */
export interface Unverified extends z.output<typeof header> {
  readonly iss: string;
}

/** The issuer, algorithm and key that a token claims; null when they cannot be read. */
export function unverified(token: string): Unverified | null {
  try {
    const [first = "", second = ""] = token.split(".");
    return { ...header.parse(decoded(first)), ...issued.parse(decoded(second)) };
  } catch {
    return null;
  }
}

function decoded(part: string): unknown {
  const bytes = atob(part.replaceAll("-", "+").replaceAll("_", "/"));
  return JSON.parse(new TextDecoder().decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0))));
}
