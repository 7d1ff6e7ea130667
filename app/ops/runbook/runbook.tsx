import { useEffect, useState } from "react";
import { useApi } from "../../api/api.tsx";
import { reasonOf } from "../../api/use_task.ts";
import { readRunbook } from "../unlisted.ts";
import { Markdown } from "./markdown.tsx";

/** The page about a kind of trouble, read when it is opened. */
export function Runbook({ kind }: { readonly kind: string }) {
  const own = `${kind}.md`;
  const [page, setPage] = useState(own);
  const [is_open, setOpen] = useState(false);
  return (
    <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>What to do about {kind}</summary>
      {is_open && (
        <>
          {page !== own && (
            <p className="quiet">
              {page.replace(/\.md$/, "")} ·{" "}
              <button type="button" className="plain" onClick={() => setPage(own)}>Back to {kind}</button>
            </p>
          )}
          <RunbookPage key={page} page={page} onPage={setPage} />
        </>
      )}
    </details>
  );
}

function RunbookPage({ page, onPage }: { readonly page: string; onPage(page: string): void }) {
  const { reach } = useApi();
  const [text, setText] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    const leaving = new AbortController();
    readRunbook(reach, page, leaving.signal).then(setText, (error) => {
      if (!leaving.signal.aborted) setProblem(reasonOf(error));
    });
    return () => leaving.abort();
  }, [reach, page]);
  if (problem !== null) return <p role="alert" className="problem">The page does not come: {problem}</p>;
  if (text === null) return <p role="status" className="quiet">Loading</p>;
  return <Markdown text={text} onPage={onPage} />;
}
