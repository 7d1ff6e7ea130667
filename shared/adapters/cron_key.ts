import { AppError, misconfigured } from "../core/app_error.ts";
import { checkedEnvironment } from "./checked_environment.ts";

/**
 * Lets a request through that carries the secret key named "cron" in its apikey header. Without such a key in the
 * environment nothing is let through.
 *
 * @throws AppError UNAUTHENTICATED, or INTERNAL when the project has no such key
 */
export async function requireCronKey(request: Request, get: (name: string) => string | undefined): Promise<void> {
  const { SUPABASE_URL: url, SUPABASE_SECRET_KEYS: secretKeys } = checkedEnvironment(get);
  // With the first request: an isolate is up before it holds supabase-js.
  const { verifyCredentials } = await import("./verify_credentials.ts");
  const { error } = await verifyCredentials(
    { token: null, apikey: request.headers.get("apikey") },
    { auth: "secret:cron", env: { url, secretKeys, publishableKeys: {}, jwks: null } },
  );
  if (error === null) return;
  if (error.status >= 500) {
    throw misconfigured(
      `the cron key cannot be checked [${error.code}]: SUPABASE_SECRET_KEYS needs a key named cron`,
      "create a secret key named cron (Settings → API keys), and deploy cron-audit again",
    );
  }
  throw new AppError("UNAUTHENTICATED", {
    detail: 'The audit takes the secret key named "cron", in the apikey header',
  });
}
