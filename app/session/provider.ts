import { claimsOf } from "./claims.ts";
import { following } from "./follow.ts";
import type { Session } from "./session.ts";

/** What a host's module exports; `settings.json` names it as `provider`. */
export interface Provider {
  /** The access token of the moment; null while no user is signed in. */
  token(): Promise<string | null>;
  /** Shown in the header. */
  title?(): Promise<string>;
  /** Called when there is no token: opens the provider's own sign-in. */
  signIn?(): Promise<void>;
  signOut?(): Promise<void>;
}

export async function resumeAtProvider(address: string): Promise<Session | null> {
  const provider: Provider = await import(/* @vite-ignore */ new URL(address, location.href).href);
  let token = await provider.token();
  if (token === null) {
    await provider.signIn?.();
    token = await provider.token();
  }
  const claims = token === null ? null : claimsOf(token);
  if (claims === null) return null;
  return {
    title: await provider.title?.() ?? "Signed in",
    ...following(claims, () => provider.token()),
    end: async () => await provider.signOut?.(),
  };
}
