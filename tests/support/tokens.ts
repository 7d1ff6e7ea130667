import { SignJWT } from "jose";
import { type Environment, readEnvironment } from "../../shared/adapters/environment.ts";

const SECRET = "a-shared-signing-phrase-of-the-tests-only";
export const ORIGIN = "http://127.0.0.1:54321";

export const KEYS = {
  publishable: "sb_publishable_0123456789abcdef",
  web: "sb_publishable_web_0123456789ab",
  secret: "sb_secret_0123456789abcdef0123",
  cron: "sb_secret_cron_0123456789abcdef",
} as const;

/** The variables of a deployment, as the tests' stack would set them. */
export const VARIABLES: Readonly<Record<string, string>> = {
  SUPABASE_URL: ORIGIN,
  SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: KEYS.publishable, web: KEYS.web }),
  SUPABASE_SECRET_KEYS: JSON.stringify({ default: KEYS.secret, cron: KEYS.cron }),
  SUPABASE_JWKS: JSON.stringify({
    keys: [{ kty: "oct", k: btoa(SECRET).replace(/=+$/, ""), alg: "HS256", kid: "local" }],
  }),
  FRESHET_JWT_ALGORITHMS: "HS256",
};

export function environmentWith(over: Record<string, string> = {}): Environment {
  const all: Record<string, string> = { ...VARIABLES, ...over };
  return readEnvironment((name) => all[name]);
}

export interface Minting {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Record<string, string>;
  readonly secret?: string;
  /** Seconds from now. */
  readonly expires_in?: number;
}

/** A user's token as the project's auth would issue it, with whatever a test wants wrong about it. */
export function mintToken(
  { claims = {}, header = {}, secret = SECRET, expires_in = 3_600 }: Minting = {},
): Promise<string> {
  const now = Math.floor(Date.now() / 1_000);
  const whole = {
    iss: `${ORIGIN}/auth/v1`,
    aud: "authenticated",
    role: "authenticated",
    sub: "anna",
    iat: now,
    exp: now + expires_in,
    ...claims,
  };
  return new SignJWT(whole).setProtectedHeader({ alg: "HS256", kid: "local", ...header })
    .sign(new TextEncoder().encode(secret));
}
