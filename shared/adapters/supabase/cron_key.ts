import { AppError } from "../../kernel/app_error.ts";
import { checkedScheduledEnvironment } from "../runtime/checked_environment.ts";

/**
 * Accepts a call by hand: one with the secret key named "cron" in its apikey header. Without such a key in the environment
 * every call is refused.
 *
 * @throws AppError UNAUTHENTICATED
 */
export async function requireCronKey(request: Request, get: (name: string) => string | undefined): Promise<void> {
  const { SUPABASE_URL: url, SUPABASE_SECRET_KEYS: secretKeys } = checkedScheduledEnvironment(get);
  // Imported at the first request: an isolate starts before it has loaded supabase-js.
  const { verifyCredentials } = await import("./verify_credentials.ts");
  const { error } = await verifyCredentials(
    { token: null, apikey: request.headers.get("apikey") },
    { auth: "secret:cron", env: { url, secretKeys, publishableKeys: {}, jwks: null } },
  );
  if (error === null) return;
  throw new AppError("UNAUTHENTICATED", {
    detail: 'This takes calls that the database signed, and calls by hand with the secret key named "cron" in apikey',
    ...(error.status < 500 ? {} : { defect: 'SUPABASE_SECRET_KEYS has no key named "cron": no call by hand is taken' }),
  });
}
