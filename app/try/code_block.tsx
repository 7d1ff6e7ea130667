import { useCopy } from "../cards/use_copy.ts";

/** Code to take away. */
export function CodeBlock({ title, code }: { readonly title: string; readonly code: string }) {
  const { said, copy } = useCopy(code);
  return (
    <div className="try-code">
      <div className="card-head">
        <h3>{title}</h3>
        <span className="task no-print">
          <span role="status" className="quiet">{said}</span>
          <button type="button" onClick={copy}>
            Copy<span className="sr-only">: {title}</span>
          </button>
        </span>
      </div>
      <pre className="scrolls" tabIndex={0} aria-label={title} role="region"><code>{code}</code></pre>
    </div>
  );
}
