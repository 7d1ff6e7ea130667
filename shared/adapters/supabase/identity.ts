import { internalError } from "../../kernel/app_error.ts";
import type { Caller, Identity } from "../../access/caller.ts";
import type { Clock, Hash } from "../../kernel/ports.ts";
import {
  badToken,
  type Credentials,
  decidingCredential,
  readCredentials,
  unauthenticated,
} from "./credential_headers.ts";
import { claimPaths, type Environment, ownIssuers } from "../runtime/environment.ts";
import { jwksSource } from "./jwks_source.ts";
import { createRemoteKeys, type KeySet } from "./remote_keys.ts";
import { createProfileVerifier, type TokenVerifier } from "./profile_verifier.ts";
import { callerOf, type TokenCaller, type Unverified, unverified } from "./token_claims.ts";
import { VerifiedCallers } from "./verified_callers.ts";
import type { VerifyCredentialsOptions } from "./verify_credentials.ts";

type Mode = Extract<VerifyCredentialsOptions["auth"], readonly unknown[]>[number];

/**
 * Callers by `@supabase/server`, with issuer, audience and algorithms fixed, and those of `FRESHET_ISSUERS`, each by its own
 * profile. If a token is sent, only the token counts: an invalid one is refused even beside a good key.
 */
export function createIdentity(
  environment: Environment,
  options: { readonly clock: Clock; readonly hash: Hash; readonly fetch?: typeof fetch },
): Identity {
  const { clock } = options;
  const verified = new VerifiedCallers(options);
  const paths = claimPaths(environment);
  const algorithms: readonly string[] = environment.FRESHET_JWT_ALGORITHMS;
  const publishableKeys = environment.SUPABASE_PUBLISHABLE_KEYS;
  const env = {
    url: environment.SUPABASE_URL,
    publishableKeys,
    secretKeys: environment.SUPABASE_SECRET_KEYS,
  };
  const jwks = jwksSource(environment);
  const keysFor = jwks instanceof URL ? createRemoteKeys(jwks, options) : () => jwks;
  const issuer = [...ownIssuers(environment)];
  // A map, and not an object: the issuer that a token claims may be any text.
  const verifiers = new Map<string, TokenVerifier>([
    ...issuer.map((name) => [name, byOwnRules] as const),
    ...environment.FRESHET_ISSUERS.map((profile) => [profile.issuer, createProfileVerifier(profile, options)] as const),
  ]);
  const key_modes: Mode[] = Object.keys(publishableKeys).length > 0 ? ["secret:*", "publishable:*"] : ["secret:*"];

  async function verify(credentials: Credentials, auth: Mode[], jwks: KeySet | null) {
    // Imported here, because the library loads all of supabase-js, and importing this module should stay cheap.
    const { verifyCredentials } = await import("./verify_credentials.ts");
    const { data, error } = await verifyCredentials(credentials, {
      auth,
      audience: "authenticated",
      issuer,
      env: { ...env, jwks },
    });
    if (error === null) return data;
    // The code is the library's own constant; its message may describe the credential.
    if (error.status >= 500) throw internalError(`credentials cannot be verified: ${error.code}`);
    throw auth === key_modes ? unauthenticated("The API key is not one of this project's") : badToken();
  }

  async function byOwnRules(token: string, { alg, kid }: Unverified): Promise<TokenCaller> {
    if (!algorithms.includes(alg)) throw badToken();
    const { jwtClaims } = await verify({ token, apikey: null }, ["user"], await keysFor(kid));
    const found = callerOf(jwtClaims, paths);
    if (found === null) throw badToken();
    return found;
  }

  async function byToken(token: string): Promise<Caller> {
    const claimed = unverified(token);
    // What the token says of its issuer chooses one verifier before anything is fetched; each checks the issuer again.
    const verifier = claimed === null ? undefined : verifiers.get(claimed.iss);
    if (claimed === null || verifier === undefined) throw badToken();
    const found = await verifier(token, claimed);
    if (found.expires_at <= clock.now()) throw badToken();
    verified.keep(token, found.caller, found.expires_at);
    return found.caller;
  }

  async function byKey(apikey: string): Promise<Caller> {
    const { authMode, keyName } = await verify({ token: null, apikey }, key_modes, null);
    // Only the key named default reads everything: each of the others was made for one other purpose.
    const is_service = authMode === "secret" && keyName === "default";
    const caller: Caller = is_service ? { kind: "service" } : { kind: "key", key_name: keyName ?? "unnamed" };
    verified.keep(apikey, caller, Infinity);
    return caller;
  }

  /** A verified token must not be accepted as a key, nor a key as a token. */
  function known(credential: string, is_token: boolean): Caller | null {
    const caller = verified.get(credential);
    return caller !== null && (caller.kind === "user") === is_token ? caller : null;
  }

  function remembered(headers: Headers): Caller | null {
    const credential = decidingCredential(headers);
    return credential === null ? null : known(credential.text, credential.is_token);
  }

  async function identify(headers: Headers): Promise<Caller | null> {
    const { token, apikey } = readCredentials(headers);
    if (token !== null) return known(token, true) ?? await byToken(token);
    if (apikey !== null) return known(apikey, false) ?? await byKey(apikey);
    return null;
  }

  return { remembered, identify };
}
