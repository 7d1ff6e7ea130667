import { type MouseEvent, useEffect, useMemo, useState } from "react";
import { Boundary } from "../cards/boundary.tsx";
import type { Session } from "../session/session.ts";
import type { Settings } from "../session/settings.ts";
import { goTo, useFilters, usePath } from "./location.ts";
import { useSettled } from "./settled.ts";
import { type FoundPage, loadedPage, loadPage, pageAt, type PageProps } from "./pages.ts";
import { ThemeSwitch } from "./theme.tsx";

interface Props {
  readonly pages: readonly FoundPage[];
  readonly settings: Settings;
  readonly session: Session;
  readonly base: string;
  onEnd(): void;
}

/** Header, the page that the address names, and nothing around it when it is embedded. */
export function Shell({ pages, settings, session, base, onEnd }: Props) {
  const path = usePath();
  const is_embedded = useFilters().get("embed") === "1";
  const { claims } = session;
  const page = pageAt(pages, path, base, claims);
  const offered = pages.filter((candidate) => candidate.isFor(claims));

  useEffect(() => {
    document.title = page === null ? "Freshet" : `${page.title} · Freshet`;
    showCurrent(document.querySelector("header nav"));
  }, [page?.title]);

  return (
    <>
      {!is_embedded && (
        <header className="bar no-print">
          <a className="skip" href="#main">Skip to the page</a>
          <a className="brand" href={base} onClick={follow}>
            <img src={`${base}icon.svg`} alt="" width="24" height="24" /> Freshet
          </a>
          <nav aria-label="Pages">
            <ul>
              {offered.map((entry) => (
                <li key={entry.path}>
                  <a
                    href={base + entry.path}
                    onClick={follow}
                    {...(entry.path === page?.path ? { "aria-current": "page" as const } : {})}
                  >
                    {entry.title}
                  </a>
                </li>
              ))}
            </ul>
          </nav>
          <div className="person">
            <span className="quiet" title={session.title}>{session.title}</span>
            <ThemeSwitch />
            <button type="button" onClick={onEnd}>Sign out</button>
          </div>
        </header>
      )}
      <main id="main" tabIndex={-1}>
        {page === null
          ? <NoPage path={path} hasPages={offered.length > 0} />
          : <Loaded key={page.path} page={page} claims={claims} links={settings.links} />}
      </main>
    </>
  );
}

function Loaded({ page, claims, links }: { readonly page: FoundPage } & PageProps) {
  const [Page, setPage] = useState(() => loadedPage(page));
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    if (Page === null) loadPage(page).then((found) => setPage(() => found), (error) => setProblem(String(error)));
  }, [page]);
  const is_settled = useSettled(Page !== null);
  // The same element, so that showing the page does not render it again.
  const element = useMemo(() => Page === null ? null : <Page claims={claims} links={links} />, [Page, claims, links]);
  if (problem !== null) return <p role="alert" className="problem">This page could not be loaded: {problem}</p>;
  return (
    <>
      {!is_settled && <p className="quiet page-loading" role="status">Loading</p>}
      {element !== null && (
        <div className={is_settled ? "settled" : "unsettled"}>
          <Boundary of={element} instead={(retry) => <Unshown title={page.title} onRetry={retry} />}>
            {element}
          </Boundary>
        </div>
      )}
    </>
  );
}

function Unshown({ title, onRetry }: { readonly title: string; onRetry(): void }) {
  return (
    <div className="page">
      <h1>{title}</h1>
      <p role="alert" className="problem">
        An answer of the API is not of the shape that this page knows. They may be of different versions.
      </p>
      <button type="button" onClick={onRetry}>Try again</button>
    </div>
  );
}

function NoPage({ path, hasPages }: { readonly path: string; readonly hasPages: boolean }) {
  return (
    <div className="page">
      <h1>Nothing here</h1>
      <p>{hasPages ? `There is no page at ${path}.` : "There is no page for this person yet."}</p>
    </div>
  );
}

/**
 * Scrolls a line of pages that is longer than the screen to the one that is shown. Not by scrollIntoView(), which has the
 * next Tab begin there, behind the skip link.
 */
function showCurrent(nav: Element | null): void {
  const link = nav?.querySelector("[aria-current]");
  if (nav == null || link == null) return;
  nav.scrollLeft += Math.max(0, link.getBoundingClientRect().right - nav.getBoundingClientRect().right);
}

/** A plain click stays in the site; with a key held, the browser opens a tab as always. */
function follow(event: MouseEvent<HTMLAnchorElement>): void {
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  goTo(event.currentTarget.href);
}
