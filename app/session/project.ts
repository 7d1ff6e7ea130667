import { AuthClient } from "@supabase/auth-js";
import { claimsOf } from "./claims.ts";
import { following } from "./follow.ts";
import { forget, keep } from "./kept.ts";
import type { Session } from "./session.ts";
import type { Settings } from "./settings.ts";

// The project's own sign-in: e-mail and password at Supabase Auth. This file is loaded when it is needed: it is larger
// than the rest of a first load.

type Auth = InstanceType<typeof AuthClient>;

let made: Auth | null = null;

/** One for the page: two would refresh the same token, each with its own timer. */
function authOf({ url, key }: Settings): Auth {
  return made ??= new AuthClient({ url: `${url}/auth/v1`, headers: { apikey: key }, storageKey: "freshet.auth" });
}

/** @throws Error with what Auth says */
export async function signInAtProject(settings: Settings, email: string, password: string): Promise<Session> {
  const auth = authOf(settings);
  const { data, error } = await auth.signInWithPassword({ email, password });
  if (error !== null) throw new Error(error.message);
  const session = sessionOf(auth, data.session.access_token, email);
  if (session === null) throw new Error("Auth gave a token that cannot be read");
  keep({ kind: "project", title: email });
  return session;
}

export async function resumeAtProject(settings: Settings): Promise<Session | null> {
  const auth = authOf(settings);
  const { data } = await auth.getSession();
  const session = data.session === null
    ? null
    : sessionOf(auth, data.session.access_token, data.session.user.email ?? "signed in");
  if (session === null) forget();
  return session;
}

function sessionOf(auth: Auth, token: string, title: string): Session | null {
  const claims = claimsOf(token);
  if (claims === null) return null;
  return {
    title,
    // Refreshes a token that is about to end.
    ...following(claims, async () => (await auth.getSession()).data.session?.access_token ?? null),
    async end() {
      forget();
      await auth.signOut({ scope: "local" });
    },
  };
}
