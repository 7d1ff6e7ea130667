const KEPT = "freshet.session";

/** What the browser remembers of a session. */
export interface Kept {
  readonly kind: "demo" | "project";
  readonly title: string;
  /** Of a demo person; the project's own sign-in keeps its session itself. */
  readonly token?: string;
}

/** A demo person is remembered by the tab, a session of the project by the browser. */
export function keep(session: Kept): void {
  // In private windows of some browsers the storage refuses: then the session lasts until the page is left.
  try {
    (session.kind === "demo" ? sessionStorage : localStorage).setItem(KEPT, JSON.stringify(session));
  } catch { /* see above */ }
}

export function forget(): void {
  try {
    sessionStorage.removeItem(KEPT);
    localStorage.removeItem(KEPT);
  } catch { /* nothing was kept */ }
}

export function kept(): Kept | null {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT) ?? localStorage.getItem(KEPT) ?? "null");
  } catch {
    return null;
  }
}
