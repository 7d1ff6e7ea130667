import type { Environment } from "../runtime/environment.ts";
import { isTrustedKeyAddress } from "../runtime/key_address.ts";

/**
 * Where token keys come from: given inline, from a named endpoint, or from the project's own. Plain http is trusted only
 * on this machine, because an attacker who can change the keys can sign any token. Null: no token can be verified.
 */
export function jwksSource(environment: Environment): NonNullable<Environment["SUPABASE_JWKS"]> | URL | null {
  if (environment.SUPABASE_JWKS !== undefined) return environment.SUPABASE_JWKS;
  const address = environment.SUPABASE_JWKS_URL ?? `${environment.SUPABASE_URL}/auth/v1/.well-known/jwks.json`;
  const url = new URL(address);
  return isTrustedKeyAddress(url) ? url : null;
}
