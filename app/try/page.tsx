import { type MouseEvent, useEffect, useMemo, useRef, useState } from "react";
import type { CatalogEntry, FreshetError } from "../../shared/client/mod.ts";
import { useApi } from "../api/api.tsx";
import { failureFor } from "../api/use_resource.ts";
import { useOnline } from "../cards/moment.ts";
import { standingOf } from "../cards/standing.ts";
import { goTo, setFilters, useFilters } from "../frame/location.ts";
import type { PageProps } from "../frame/pages.ts";
import { counted } from "../words/numbers.ts";
import { AnswerView } from "./answer.tsx";
import { ask, type Reply } from "./ask.ts";
import { CodeBlock } from "./code_block.tsx";
import { callOf, curlOf } from "./code.ts";
import { fieldsOf, isFound, mayAsk } from "./fields.ts";
import { addressQuery, ParameterForm, PREFIX } from "./form.tsx";

const OF_CATALOG = {
  meta: { as_of: null },
  freshness: { age_seconds: null, is_stale: false, objective_seconds: null },
};
const WORDS = { empty: "No resource is for this person. An administrator of the organisation can change the role." };
const hasNone = ({ data }: { readonly data: readonly CatalogEntry[] }) => data.length === 0;

/** Every resource that the person may ask, its parameters as a form, the answer, and the request as code. */
export function Page({ claims }: PageProps) {
  const filters = useFilters();
  const { entries, failure, load } = useCatalog();
  const is_online = useOnline();
  const offered = useMemo(() => entries?.filter((entry) => mayAsk(entry, claims)) ?? [], [entries, claims]);
  const name = filters.get("resource");
  const entry = offered.find(({ resource }) => resource === name) ?? null;
  const answer = entries === null ? null : { data: offered, ...OF_CATALOG };
  const standing = standingOf({ answer, answered_at: null, failure, is_asking: false }, hasNone, WORDS, is_online);
  return (
    <div className="page">
      <div className="page-head">
        <h1>Playground</h1>
      </div>
      <div className="try">
        <section className="card" aria-labelledby="try-catalog" aria-busy={standing.kind === "loading"}>
          <h2 id="try-catalog">Resources</h2>
          {standing.kind === "loading" && (
            <div className="skeleton wide">
              <span className="sr-only">Loading</span>
            </div>
          )}
          {standing.kind === "rows" && (
            <ResourceList entries={offered} chosen={name} search={filters.get("search") ?? ""} />
          )}
          {standing.kind !== "loading" && standing.kind !== "rows" && (
            <div className={`state ${standing.kind}`}>
              <p role="status">{standing.text}</p>
              {(standing.kind === "outage" || standing.kind === "offline") && (
                <button type="button" onClick={load}>Try now</button>
              )}
            </div>
          )}
          <p className="source quiet">
            <span>
              {entries === null
                ? "No answer yet"
                : `${offered.length} of ${counted(entries.length, "resource")} are for this person`} ·{" "}
              <code>catalog</code>
            </span>
          </p>
        </section>
        {entry !== null && <Question key={entry.resource} entry={entry} />}
        {entry === null && (
          <p className="state">
            {name === null || entries === null
              ? "Choose a resource: its parameters, the answer and the code for it appear here."
              : `There is no resource ${name} that this person may ask.`}
          </p>
        )}
      </div>
    </div>
  );
}

function useCatalog() {
  const { catalog, onExpired } = useApi();
  const [entries, setEntries] = useState<readonly CatalogEntry[] | null>(null);
  const [failure, setFailure] = useState<FreshetError | null>(null);
  function load(): void {
    setFailure(null);
    catalog().then(setEntries, (error) => {
      const failure = failureFor(error);
      if (failure.status === 401) onExpired();
      else setFailure(failure);
    });
  }
  useEffect(load, [catalog]);
  return { entries, failure, load };
}

function ResourceList({ entries, chosen, search }: {
  readonly entries: readonly CatalogEntry[];
  readonly chosen: string | null;
  readonly search: string;
}) {
  const found = entries.filter((entry) => isFound(entry, search));
  return (
    <>
      <label className="try-search">
        <span className="sr-only">Search the resources</span>
        <input
          type="search"
          value={search}
          placeholder="Search"
          onInput={({ currentTarget }) =>
            setFilters({ search: currentTarget.value === "" ? null : currentTarget.value })}
        />
      </label>
      <p role="status" className="quiet">{counted(found.length, "resource")}</p>
      <nav aria-label="Resources" className="try-list">
        <ul>
          {found.map(({ resource, summary }) => (
            <li key={resource}>
              <a
                href={addressOf(resource)}
                onClick={follow}
                {...(resource === chosen ? { "aria-current": "true" as const } : {})}
              >
                <code>{resource}</code>
                <span className="quiet">{summary}</span>
              </a>
            </li>
          ))}
        </ul>
      </nav>
    </>
  );
}

function addressOf(resource: string): string {
  return `${location.pathname}?${addressQuery(location.search, resource)}`;
}

function follow(event: MouseEvent<HTMLAnchorElement>): void {
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  goTo(event.currentTarget.href);
  // The form of the chosen resource comes with the next rendering; on a telephone it is below the list.
  requestAnimationFrame(() => document.getElementById("try-question")?.focus());
}

function Question({ entry }: { readonly entry: CatalogEntry }) {
  const { reach, onExpired } = useApi();
  const filters = useFilters();
  const [reply, setReply] = useState<Reply | null>(null);
  const [is_busy, setBusy] = useState(false);
  const running = useRef<AbortController | null>(null);
  const fields = useMemo(() => fieldsOf(entry), [entry]);
  const values = Object.fromEntries(fields.flatMap(({ name }) => {
    const value = filters.get(PREFIX + name);
    return value === null || value === "" ? [] : [[name, value]];
  }));
  const request = { url: reach.url, key: reach.key, resource: entry.resource, values };
  const columns = Object.keys((entry.row as { readonly properties?: object }).properties ?? {});
  useEffect(() => () => running.current?.abort(), []);

  function send(): void {
    running.current?.abort();
    const own = new AbortController();
    running.current = own;
    setBusy(true);
    ask(reach, entry.resource, values, own.signal).then((answered) => {
      if (own.signal.aborted) return;
      if (answered.status === 401) return onExpired();
      setBusy(false);
      setReply(answered);
      const [refused] = answered.failure?.errors ?? [];
      if (refused !== undefined) document.getElementById(`parameter-${refused.field}`)?.focus();
    }, (error) => {
      if (!own.signal.aborted) throw error;
    });
  }

  return (
    <div className="try-question">
      <section className="card" aria-labelledby="try-question">
        <h2 id="try-question" tabIndex={-1}>
          <code>{entry.resource}</code>
        </h2>
        <p>{entry.summary}.</p>
        <ParameterForm
          fields={fields}
          values={values}
          errors={reply?.failure?.errors ?? []}
          is_busy={is_busy}
          onSend={send}
        />
      </section>
      <section className="card" aria-labelledby="try-answer" aria-busy={is_busy}>
        <h2 id="try-answer">Answer</h2>
        {reply === null
          ? <p className="state">{is_busy ? "Asking" : "Nothing has been asked yet."}</p>
          : <AnswerView reply={reply} columns={columns} has_cursor={fields.some(({ name }) => name === "cursor")} />}
      </section>
      <section className="card" aria-labelledby="try-as-code">
        <h2 id="try-as-code">As code</h2>
        <CodeBlock title="curl" code={curlOf(request)} />
        <CodeBlock title="The client" code={callOf(request, fields)} />
      </section>
    </div>
  );
}
