import { AppError } from "../../kernel/app_error.ts";

/** The credentials of a request. A token and a key may come together: supabase-js always sends its key. */
export interface Credentials {
  readonly token: string | null;
  readonly apikey: string | null;
}

const BEARER = /^Bearer +([A-Za-z0-9._~+/=-]+)$/i;
const SCHEME = "Bearer ";
const KEY_PREFIX = "sb_";
const LONGEST = 8_192;

/**
 * Reads the two headers. supabase-js without a session sends its API key in both; such a bearer value is not a token.
 *
 * @throws AppError UNAUTHENTICATED when a header is present but holds nothing that could be a credential.
 */
export function readCredentials(headers: Headers): Credentials {
  const authorization = headers.get("authorization");
  const apikey = headers.get("apikey");
  if (areTooLong(authorization, apikey)) throw unauthenticated("The credential is too long");
  if (authorization === null) return { token: null, apikey };
  const bearer = BEARER.exec(authorization)?.[1];
  if (bearer === undefined) {
    throw unauthenticated("Authorization must be Bearer and a user's token; API keys go into the apikey header");
  }
  if (!bearer.startsWith(KEY_PREFIX)) return { token: bearer, apikey };
  if (bearer !== apikey) throw unauthenticated("An API key belongs in the apikey header, not in Authorization");
  return { token: null, apikey };
}

/** The credential that decides, and whether it is a token or a key. */
export interface Deciding {
  readonly text: string;
  readonly is_token: boolean;
}

/**
 * The credential that decides, as the key for the memory of verified credentials. What is found there was checked, but this time
 * it may come in another header or beside another credential, so both must pass the rules of readCredentials().
 *
 * @returns null when there is none, and when readCredentials() would refuse something
 */
export function decidingCredential(headers: Headers): Deciding | null {
  const authorization = headers.get("authorization");
  const apikey = headers.get("apikey");
  if (areTooLong(authorization, apikey)) return null;
  if (authorization === null) return apikey === null ? null : { text: apikey, is_token: false };
  if (!authorization.startsWith(SCHEME)) return null;
  const text = authorization.slice(SCHEME.length);
  if (!text.startsWith(KEY_PREFIX)) return { text, is_token: true };
  return text === apikey ? { text, is_token: false } : null;
}

function areTooLong(authorization: string | null, apikey: string | null): boolean {
  return (authorization?.length ?? 0) + (apikey?.length ?? 0) > LONGEST;
}

export function unauthenticated(detail: string): AppError {
  return new AppError("UNAUTHENTICATED", { detail });
}

/** The refusal of a token, whatever is wrong with it: an attacker learns nothing from it. */
export function badToken(): AppError {
  return unauthenticated("The token does not hold: it is malformed, expired, or not from this project; sign in again");
}
