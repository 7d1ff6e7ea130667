import { SignJWT } from "jose";

/** Who the demo tokens stand for. Fixed, so that sample data can belong to them. */
export const demoUsers = {
  admin: "a0000000-0000-4000-8000-000000000001",
  member: "a0000000-0000-4000-8000-000000000002",
  other_tenant: "a0000000-0000-4000-8000-000000000003",
} as const;

export const demoOrganisations = {
  first: "b0000000-0000-4000-8000-000000000001",
  other: "b0000000-0000-4000-8000-000000000002",
} as const;

export type DemoTokens = { readonly [User in keyof typeof demoUsers]: string };

export interface TokenOptions {
  readonly jwtSecret: string;
  readonly issuer: string;
  readonly subject: string;
  /** Beside the standard ones, e.g. { is_admin: true }. */
  readonly claims?: Record<string, unknown>;
  /** Seconds from now; negative for a token that has expired. */
  readonly lifetimeSeconds?: number;
}

const WEEK_SECONDS = 7 * 24 * 3600;

/** A signed-in user's token, as the gateway issues it: HS256 with the key id "local". */
export async function mintToken(options: TokenOptions): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  return await new SignJWT({ role: "authenticated", ...options.claims })
    .setProtectedHeader({ alg: "HS256", typ: "JWT", kid: "local" })
    .setIssuer(options.issuer)
    .setAudience("authenticated")
    .setSubject(options.subject)
    .setIssuedAt(now)
    .setExpirationTime(now + (options.lifetimeSeconds ?? WEEK_SECONDS))
    .sign(new TextEncoder().encode(options.jwtSecret));
}

/** The three tokens that `start` prints: an administrator, a member, and somebody of another organisation. */
export async function demoTokens(options: { jwtSecret: string; issuer: string }): Promise<DemoTokens> {
  const { first, other } = demoOrganisations;
  return {
    admin: await mintToken({ ...options, subject: demoUsers.admin, claims: { is_admin: true, org_id: first } }),
    member: await mintToken({ ...options, subject: demoUsers.member, claims: { org_id: first } }),
    other_tenant: await mintToken({ ...options, subject: demoUsers.other_tenant, claims: { org_id: other } }),
  };
}

/** The key set that verifies these tokens. It holds the secret itself: for the functions' environment, never for HTTP. */
export function localJwks(jwtSecret: string): string {
  const k = btoa(jwtSecret).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  return JSON.stringify({ keys: [{ kty: "oct", k, alg: "HS256", kid: "local", use: "sig" }] });
}
