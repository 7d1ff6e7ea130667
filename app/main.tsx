import { StrictMode, useEffect, useMemo, useState } from "react";
import { createRoot } from "react-dom/client";
import { ApiProvider } from "./api/api.tsx";
import { OWN_PAGES } from "./own_pages.ts";
import { loadPage, pageAt, type PageEntry, pageNamed, pagesOf } from "./frame/pages.ts";
import { Shell } from "./frame/shell.tsx";
import { applyKeptTheme } from "./frame/theme.tsx";
import { forget } from "./session/kept.ts";
import { turned } from "./session/follow.ts";
import { prepareSession, resumeSession } from "./session/resume.ts";
import type { Session } from "./session/session.ts";
import { loadSettings, type Settings } from "./session/settings.ts";
import { SignIn } from "./session/sign_in.tsx";

declare global {
  interface ImportMeta {
    /** Vite's: the modules that a pattern names, by their files. */
    glob<Module>(pattern: string, options: { readonly eager: true }): Record<string, Module>;
    readonly env: { readonly BASE_URL: string };
  }
}

const BASE = import.meta.env.BASE_URL;
const PAGES = [
  ...pagesOf(
    import.meta.glob<{ readonly pages: readonly PageEntry[] }>("../packs/*/pages/pages.ts", { eager: true }),
  ),
  ...OWN_PAGES,
];

function App({ settings, resumed }: { readonly settings: Settings; readonly resumed: Session | null }) {
  const [session, setSession] = useState(resumed);
  const [notice, setNotice] = useState<string | null>(null);

  function end(why: string | null): void {
    void session?.end();
    forget();
    setNotice(why);
    setSession(null);
  }

  // Another role is another session: the page asks again, and offers other pages.
  useEffect(() =>
    session?.follow?.((claims) => {
      // Not a moment under the name of the one before.
      if (claims.subject !== session.claims.subject) setSession(null);
      turned(session, claims, () => resumeSession(settings)).then(setSession, (error) => {
        reportError(error);
        setSession(null);
      });
    }), [session]);

  // One client for each session: no answer of one person is kept for the next.
  const api = useMemo(() => {
    if (session === null) return null;
    const { url, key } = settings;
    const onExpired = () => end("The session is over. Sign in again to go on where you were.");
    const token = async () => {
      const current = await session.token();
      // Ended elsewhere, as in another tab: what everybody may read is not what this person asks for.
      if (current === null) onExpired();
      return current;
    };
    return { url, key, is_operator: session.claims.is_admin, token, onExpired };
  }, [session, settings]);

  if (session === null || api === null) {
    return <SignIn settings={settings} base={BASE} notice={notice} onSession={setSession} />;
  }
  return (
    <ApiProvider options={api}>
      <Shell pages={PAGES} settings={settings} session={session} base={BASE} onEnd={() => end(null)} />
    </ApiProvider>
  );
}

async function start(): Promise<void> {
  applyKeptTheme();
  const element = document.getElementById("app");
  if (element === null) throw new Error("index.html has no element #app");
  const root = createRoot(element);
  // Together with the settings; what fails is reported when the page is shown.
  const named = pageNamed(PAGES, location.pathname, BASE);
  if (named !== null) loadPage(named).catch(() => {});
  prepareSession();
  try {
    const settings = await loadSettings(BASE);
    const resumed = await resumeSession(settings);
    // The first rendering has the page, and its requests go out before the first painting.
    const page = resumed === null ? null : pageAt(PAGES, location.pathname, BASE, resumed.claims);
    if (page !== null) await loadPage(page).catch(() => {});
    root.render(
      <StrictMode>
        <App settings={settings} resumed={resumed} />
      </StrictMode>,
    );
  } catch (error) {
    root.render(
      <main id="main" className="sign-in">
        <h1>These pages cannot start</h1>
        <p role="alert" className="problem">{error instanceof Error ? error.message : String(error)}</p>
      </main>,
    );
  }
}

void start();
