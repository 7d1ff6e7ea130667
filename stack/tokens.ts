import { SignJWT } from "jose";
import { demoOrganisations, demoUsers } from "./demo_users.ts";
import { demoPeople } from "./pack_demo.ts";

/** Those of every product; the packs' people come after them. */
export const OWN_TOKENS = ["admin", "member", "other_tenant"] as const;

/** In the order in which they are printed. */
export const DEMO_TOKENS: readonly string[] = [...OWN_TOKENS, ...demoPeople.map(({ name }) => name)];

/** A person whom the pages offer to sign in. */
export interface OfferedPerson {
  readonly name: string;
  readonly title: string;
  /** With DEMO_PASSWORD, at the stack's auth. */
  readonly email: string;
}

/** Of every demo person: they exist on this machine only. */
export const DEMO_PASSWORD = "freshet-demo";

/** In the order in which they are offered. */
export const DEMO_PEOPLE: readonly OfferedPerson[] = [
  ...demoPeople.map(({ name, title }) => offered(name, `${title.charAt(0).toUpperCase()}${title.slice(1)}`)),
  offered("admin", "Administrator of the platform"),
  offered("member", "Member"),
  offered("other_tenant", "Member of another organisation"),
];

function offered(name: string, title: string): OfferedPerson {
  return { name, title, email: `demo-${name.replaceAll("_", "-")}@example.com` };
}

export type DemoTokens =
  & { readonly [User in typeof OWN_TOKENS[number]]: string }
  & { readonly [person: string]: string };

export interface TokenOptions {
  readonly jwtSecret: string;
  readonly issuer: string;
  readonly subject: string;
  /** Beside the standard ones, e.g. { is_admin: true }. */
  readonly claims?: Readonly<Record<string, unknown>>;
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

/** The tokens that `start` prints: an administrator, a member, a member of another organisation, and the packs' people. */
export async function demoTokens(options: { jwtSecret: string; issuer: string }): Promise<DemoTokens> {
  const { first, other } = demoOrganisations;
  const people = await Promise.all(demoPeople.map(async ({ name, subject, claims }) => {
    return [name, await mintToken({ ...options, subject, claims })] as const;
  }));
  return {
    admin: await mintToken({ ...options, subject: demoUsers.admin, claims: { is_admin: true, org_id: first } }),
    member: await mintToken({ ...options, subject: demoUsers.member, claims: { org_id: first } }),
    other_tenant: await mintToken({ ...options, subject: demoUsers.other_tenant, claims: { org_id: other } }),
    ...Object.fromEntries(people),
  };
}

/** The key set that verifies these tokens. It contains the secret itself: for the functions' environment, never served over HTTP. */
export function localJwks(jwtSecret: string): string {
  const k = btoa(jwtSecret).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  return JSON.stringify({ keys: [{ kty: "oct", k, alg: "HS256", kid: "local", use: "sig" }] });
}
