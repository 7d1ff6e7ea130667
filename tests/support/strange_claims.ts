import { SignJWT } from "jose";
import { issuerOf } from "../../stack/function_environment.ts";
import type { Stack } from "../../stack/stack.ts";

/** Ids that no row of a shipped table can have where ids are uuids: users and organisations are text, and any text may come. */
export const STRANGE_IDS: readonly string[] = [
  "org_abc123",
  "oulad-287432",
  "auth0|5f7c8ec7c33c6c004bbafe82",
  "A0000000-0000-4000-8000-00000000000A",
  "{a0000000-0000-4000-8000-00000000000a}",
  "a0000000000040008000000000000002",
  "a0000000-0000-4000-8000-00000000000",
  " a0000000-0000-4000-8000-000000000002",
  "a0000000-0000-4000-8000-000000000002\n",
  "a\0b",
  "\0",
  "\ud800",
  "x\udfffy",
  "\u{1f600}",
  "\u202eabc",
  "\ufeff",
  "\u2003",
  "'; drop table public.agents; --",
  '["a"]',
  "{}",
  "null",
  "NaN",
  "0",
  "-1",
  "1e308",
  "infinity",
  "%00",
  "\\u0000",
  "$1",
  ":",
  "a:b@c",
  "x".repeat(255),
  "é".repeat(255),
];

/** What is no id at all, in a claim that should be one. */
export const NO_IDS: readonly unknown[] = [
  "",
  "x".repeat(256),
  "x".repeat(5_000),
  null,
  true,
  0,
  -1,
  1e308,
  [],
  ["a"],
  [["a0000000-0000-4000-8000-000000000002"]],
  {},
  { toString: "a" },
];

/** The headers of a user with exactly these claims, whatever their types: the issuer is trusted to sign, not to be sensible. */
export async function withClaims(stack: Stack, claims: Readonly<Record<string, unknown>>) {
  const now = Math.floor(Date.now() / 1_000);
  const standard = {
    iss: issuerOf(stack.origin),
    aud: "authenticated",
    role: "authenticated",
    iat: now,
    exp: now + 3_600,
  };
  const token = await new SignJWT({ ...standard, ...claims })
    .setProtectedHeader({ alg: "HS256", typ: "JWT", kid: "local" })
    .sign(new TextEncoder().encode(stack.keys.jwtSecret));
  return { apikey: stack.keys.publishableKey, authorization: `Bearer ${token}` };
}
