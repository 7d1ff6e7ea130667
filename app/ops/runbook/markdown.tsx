import { Fragment } from "react";
import { CopyText } from "../parts/copy_text.tsx";
import { blocksOf, type Inline, runbookPageOf } from "./markdown.ts";

interface Props {
  readonly text: string;
  /** A link to another page of the runbook opens that page in place of this one. */
  onPage(page: string): void;
}

/** A page of the runbook. Its headings are below those of the card in which it is opened. */
export function Markdown({ text, onPage }: Props) {
  const inline = (parts: readonly Inline[]) => <Inlines parts={parts} onPage={onPage} />;
  return (
    <div className="runbook">
      {blocksOf(text).map((block, index) => {
        switch (block.kind) {
          case "heading":
            // The page's own title is said by what is around it.
            if (block.level === 1) return null;
            return block.level === 2
              ? <h4 key={index}>{inline(block.text)}</h4>
              : <h5 key={index}>{inline(block.text)}</h5>;
          case "paragraph":
            return <p key={index}>{inline(block.text)}</p>;
          case "list":
            return <ul key={index}>{block.items.map((item, place) => <li key={place}>{inline(item)}</li>)}</ul>;
          case "code":
            return <CopyText key={index} text={block.text} of="this command" />;
          case "table":
            return (
              <div key={index} className="scrolls" tabIndex={0} role="region" aria-label="Table of the runbook">
                <table>
                  <thead>
                    <tr>{block.head.map((cell, place) => <th key={place} scope="col">{inline(cell)}</th>)}</tr>
                  </thead>
                  <tbody>
                    {block.rows.map((cells, place) => (
                      <tr key={place}>{cells.map((cell, column) => <td key={column}>{inline(cell)}</td>)}</tr>
                    ))}
                  </tbody>
                </table>
              </div>
            );
        }
      })}
    </div>
  );
}

function Inlines({ parts, onPage }: { readonly parts: readonly Inline[]; onPage(page: string): void }) {
  return (
    <>
      {parts.map((part, index) => {
        if (part.kind !== "link") {
          if (part.kind === "code") return <code key={index}>{part.text}</code>;
          return part.kind === "strong"
            ? <strong key={index}>{part.text}</strong>
            : <Fragment key={index}>{part.text}</Fragment>;
        }
        const inner = <Inlines parts={part.text} onPage={onPage} />;
        const page = runbookPageOf(part.href);
        if (page !== null) {
          return <button key={index} type="button" className="plain" onClick={() => onPage(page)}>{inner}</button>;
        }
        // Other pages of the documents are in the repository, which the API does not serve.
        return /^https:\/\//.test(part.href)
          ? <a key={index} href={part.href} rel="noreferrer">{inner}</a>
          : <Fragment key={index}>{inner}</Fragment>;
      })}
    </>
  );
}
