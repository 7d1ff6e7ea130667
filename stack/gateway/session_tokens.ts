import { decodeJwt, SignJWT } from "jose";
import { z } from "zod";
import { type AccessTokenHook, HookRefusal } from "./access_token_hook.ts";

export interface TokenOptions {
  /** The claim `iss`: the origin and /auth/v1. */
  issuer: string;
  jwtSecret: string;
  hook: AccessTokenHook | undefined;
  /** The token of a demo person with this e-mail address; undefined for any other user. */
  demoTokenOf?: ((email: string, issuer: string) => Promise<string | undefined>) | undefined;
}

/** The key id under which the functions find the secret in SUPABASE_JWKS. */
const keyId = "local";

const session = z.looseObject({
  access_token: z.string(),
  user: z.looseObject({
    id: z.string().optional(),
    email: z.string().optional(),
    app_metadata: z.record(z.string(), z.unknown()).default({}),
    user_metadata: z.record(z.string(), z.unknown()).default({}),
    is_anonymous: z.boolean().default(false),
  }),
});

/** Whether auth answers this request with a session. */
export function givesSession(request: Request, pathname: string): boolean {
  return request.method === "POST" && /^\/auth\/v1\/(signup|token|verify)$/.test(pathname);
}

/**
 * Signs the access token of a session again, with what lite leaves out: the key id, without which verifiers refuse a
 * shared secret, the claims of a hosted project, and those of the project's hook.
 */
export async function mendSession(request: Request, response: Response, options: TokenOptions): Promise<Response> {
  if (!response.ok) return response;
  const body: unknown = await response.json();
  const parsed = session.safeParse(body);
  const headers = new Headers(response.headers);
  headers.delete("content-length");
  // A sign-up that waits for confirmation answers a user without a session.
  if (!parsed.success) return Response.json(body, { status: response.status, headers });
  try {
    const access_token = await signAgain(parsed.data, authenticationMethod(request), options);
    // Of a demo person, whose token is of the sample's user and not of the one that auth made.
    const user = { ...parsed.data.user, id: decodeJwt(access_token).sub ?? parsed.data.user.id };
    return Response.json({ ...parsed.data, access_token, user }, { status: response.status, headers });
  } catch (error) {
    if (!(error instanceof HookRefusal)) throw error;
    const { status, message } = error;
    return Response.json({ code: status, error_code: "hook_failed", msg: message }, { status });
  }
}

async function signAgain(
  { access_token, user }: z.infer<typeof session>,
  authentication_method: string,
  { issuer, jwtSecret, hook, demoTokenOf }: TokenOptions,
): Promise<string> {
  const of_demo = await demoTokenOf?.(user.email ?? "", issuer);
  if (of_demo !== undefined) return of_demo;
  const issued = decodeJwt(access_token);
  const { app_metadata, user_metadata, is_anonymous } = user;
  const claims = { iss: issuer, aal: "aal1", app_metadata, user_metadata, is_anonymous, ...issued };
  const event = { user_id: issued.sub, claims, authentication_method };
  return await new SignJWT(hook === undefined ? claims : await hook.run(event))
    .setProtectedHeader({ alg: "HS256", typ: "JWT", kid: keyId })
    .sign(new TextEncoder().encode(jwtSecret));
}

function authenticationMethod(request: Request): string {
  const { pathname, searchParams } = new URL(request.url);
  if (pathname.endsWith("/verify")) return "otp";
  return searchParams.get("grant_type") === "refresh_token" ? "token_refresh" : "password";
}
