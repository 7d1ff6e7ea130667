import { claimsOf, hasExpired } from "./claims.ts";
import { forget, keep, kept } from "./kept.ts";
import type { Session } from "./session.ts";
import type { Settings } from "./settings.ts";

/** The session of this tab, or of the project's own sign-in; null when the person has to sign in. */
export async function resumeSession(settings: Settings): Promise<Session | null> {
  if (settings.provider !== null) {
    const { resumeAtProvider } = await import("./provider.ts");
    return await resumeAtProvider(settings.provider);
  }
  const last = kept();
  if (last?.kind === "demo" && last.token !== undefined) return demoSession(last.token, last.title);
  if (last?.kind !== "project") return null;
  const { resumeAtProject } = await import("./project.ts");
  return await resumeAtProject(settings);
}

/** Loads what the last session needs, before the settings are there; what fails is reported when it is resumed. */
export function prepareSession(): void {
  if (kept()?.kind === "project") import("./project.ts").catch(() => {});
}

/** Signs a demo person in: only the local stack gives such tokens. */
export async function signInAsDemo(name: string, title: string, base: string): Promise<Session> {
  const response = await fetch(`${base}demo/sessions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name }),
  });
  const { token, detail } = await response.json();
  const session = typeof token === "string" ? demoSession(token, title) : null;
  if (session === null) throw new Error(String(detail ?? `the demo sign-in answered ${response.status}`));
  keep({ kind: "demo", title, token });
  return session;
}

function demoSession(token: string, title: string): Session | null {
  const claims = claimsOf(token);
  if (claims === null || hasExpired(claims, Date.now())) {
    forget();
    return null;
  }
  return {
    claims,
    title,
    token: () => Promise.resolve(token),
    end: () => Promise.resolve(forget()),
  };
}
