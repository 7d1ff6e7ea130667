import { z } from "zod";
import { StackError } from "./stack_error.ts";
import { DEMO_PASSWORD, DEMO_PEOPLE } from "./tokens.ts";

/** A sign-up takes a moment; without passwords everything else runs. */
const LIMIT_MS = 60_000;

const refusal = z.object({ error_code: z.string().optional(), msg: z.string().optional() });

/**
 * Signs the demo people up at auth, so that they have passwords, unless they have them. The gateway puts their own
 * tokens into their sessions: auth gives each user an id of its own, and rows of the sample belong to the ids of theirs.
 *
 * @throws StackError when auth refuses one of them
 */
export async function signUpDemoPeople(dataApiUrl: string, publishableKey: string): Promise<void> {
  await Promise.all(DEMO_PEOPLE.map(async ({ email }) => {
    const response = await fetch(`${dataApiUrl}/auth/v1/signup`, {
      method: "POST",
      headers: { "content-type": "application/json", apikey: publishableKey },
      body: JSON.stringify({ email, password: DEMO_PASSWORD }),
      signal: AbortSignal.timeout(LIMIT_MS),
    });
    const said = refusal.safeParse(await response.json().catch(() => null));
    if (response.ok || (said.success && said.data.error_code === "user_already_exists")) return;
    throw new StackError(
      `auth answered ${response.status} to the sign-up of ${email}: ${said.data?.msg ?? "no reason"}`,
      "sign in with one click at the pages, which needs no password",
    );
  }));
}
