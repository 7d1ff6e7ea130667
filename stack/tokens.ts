import { SignJWT } from "jose";
import { demoTrainingOrg, demoTrainingUsers } from "../packs/training/demo/rows.ts";

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

/** In the order in which they are printed. */
export const DEMO_TOKENS = ["admin", "member", "other_tenant", "org_admin", "manager", "trainee"] as const;

export type DemoTokens = { readonly [User in typeof DEMO_TOKENS[number]]: string };

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

/**
 * The tokens that `start` prints: an administrator, a member, and somebody of another organisation; and of one organisation
 * of the training pack an administrator, a manager and a trainee.
 */
export async function demoTokens(options: { jwtSecret: string; issuer: string }): Promise<DemoTokens> {
  const { first, other } = demoOrganisations;
  return {
    admin: await mintToken({ ...options, subject: demoUsers.admin, claims: { is_admin: true, org_id: first } }),
    member: await mintToken({ ...options, subject: demoUsers.member, claims: { org_id: first } }),
    other_tenant: await mintToken({ ...options, subject: demoUsers.other_tenant, claims: { org_id: other } }),
    org_admin: await trainingToken("org_admin", "admin"),
    manager: await trainingToken("manager", "manager"),
    trainee: await trainingToken("trainee", "trainee"),
  };

  function trainingToken(user: keyof typeof demoTrainingUsers, role: string): Promise<string> {
    return mintToken({
      ...options,
      subject: demoTrainingUsers[user],
      claims: { org_id: demoTrainingOrg, org_role: role },
    });
  }
}

/** The key set that verifies these tokens. It holds the secret itself: for the functions' environment, never for HTTP. */
export function localJwks(jwtSecret: string): string {
  const k = btoa(jwtSecret).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  return JSON.stringify({ keys: [{ kty: "oct", k, alg: "HS256", kid: "local", use: "sig" }] });
}
