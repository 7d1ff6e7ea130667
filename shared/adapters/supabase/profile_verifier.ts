import { sourceUnavailable } from "../../kernel/app_error.ts";
import type { Clock } from "../../kernel/ports.ts";
import type { IssuerProfile } from "../runtime/issuer_setting.ts";
import { badToken } from "./credential_headers.ts";
import { callerOfProfile } from "./profile_claims.ts";
import { createRemoteKeys, type KeySet } from "./remote_keys.ts";
import type { TokenCaller, Unverified } from "./token_claims.ts";

/** Verifies tokens of one issuer. @throws AppError UNAUTHENTICATED; SOURCE_UNAVAILABLE while its keys cannot be had */
export type TokenVerifier = (token: string, claimed: Unverified) => Promise<TokenCaller>;

/**
 * What `jose` calls a fault of the token. Anything else is a fault of the keys, as two keys of one id are: a token without a
 * key id is refused before.
 */
const FAULTS_OF_TOKENS: ReadonlySet<unknown> = new Set([
  "ERR_JWT_EXPIRED",
  "ERR_JWT_CLAIM_VALIDATION_FAILED",
  "ERR_JWT_INVALID",
  "ERR_JWS_INVALID",
  "ERR_JWS_SIGNATURE_VERIFICATION_FAILED",
  "ERR_JWKS_NO_MATCHING_KEY",
  "ERR_JOSE_ALG_NOT_ALLOWED",
  "ERR_JOSE_NOT_SUPPORTED",
]);

/**
 * Verifies by `jose` itself, because `@supabase/server` takes no token without an audience, and Clerk's have none. Keys are
 * the profile's own: while those of one issuer cannot be fetched, tokens of the others are verified.
 */
export function createProfileVerifier(
  profile: IssuerProfile,
  options: { readonly clock: Clock; readonly fetch?: typeof fetch },
): TokenVerifier {
  const { issuer, audience, algorithms, jwks, jwks_url } = profile;
  const keysFor = jwks_url === undefined ? () => jwks ?? { keys: [] } : createRemoteKeys(jwks_url, options);

  async function payloadOf(token: string, keys: KeySet): Promise<unknown> {
    // Imported at the first token, as all that verifies.
    const { createLocalJWKSet, jwtVerify } = await import("jose");
    try {
      const { payload } = await jwtVerify(token, createLocalJWKSet(keys), {
        algorithms,
        issuer,
        ...(audience === undefined ? {} : { audience }),
        currentDate: new Date(options.clock.now()),
      });
      return payload;
    } catch (error) {
      if (error instanceof Error && "code" in error && FAULTS_OF_TOKENS.has(error.code)) throw badToken();
      throw sourceUnavailable("a key of an issuer in FRESHET_ISSUERS cannot be used");
    }
  }

  return async (token, { alg, kid }) => {
    if (kid === undefined || !algorithms.some((allowed) => allowed === alg)) throw badToken();
    const found = callerOfProfile(await payloadOf(token, await keysFor(kid)), profile);
    if (found === null) throw badToken();
    return found;
  };
}
