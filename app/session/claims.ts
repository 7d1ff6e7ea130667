/** What a token says about its holder. It only chooses what is shown: the API checks each request by itself. */
export interface Claims {
  readonly subject: string;
  /** The platform's administrator, who sees every organisation. */
  readonly is_admin: boolean;
  readonly org_id: string | null;
  readonly org_role: string | null;
  /** Seconds since 1970; null if the token has no end. */
  readonly expires_at: number | null;
}

/** Null for a text that is no token. */
export function claimsOf(token: string): Claims | null {
  try {
    // What a storage holds may be anything.
    const [, payload = ""] = token.split(".");
    const bytes = Uint8Array.from(atob(payload.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
    const { sub, is_admin, org_id, org_role, exp } = JSON.parse(new TextDecoder().decode(bytes));
    if (typeof sub !== "string") return null;
    return {
      subject: sub,
      is_admin: is_admin === true,
      org_id: typeof org_id === "string" ? org_id : null,
      org_role: typeof org_role === "string" ? org_role : null,
      expires_at: typeof exp === "number" ? exp : null,
    };
  } catch {
    return null;
  }
}

export function hasExpired({ expires_at }: Claims, now_ms: number): boolean {
  return expires_at !== null && expires_at * 1_000 <= now_ms;
}
