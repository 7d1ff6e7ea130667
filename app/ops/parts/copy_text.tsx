import { useCopy } from "../../cards/use_copy.ts";

/** A text to paste elsewhere: SQL, a command. */
export function CopyText({ text, of }: { readonly text: string; readonly of: string }) {
  const { said, copy } = useCopy(text);
  return (
    <div className="copied">
      <pre tabIndex={0} aria-label={`Text of ${of}`}><code>{text}</code></pre>
      <span className="task no-print">
        <button type="button" onClick={copy}>
          Copy<span className="sr-only">{` ${of}`}</span>
        </button>
        <span role="status" className="quiet">{said}</span>
      </span>
    </div>
  );
}
