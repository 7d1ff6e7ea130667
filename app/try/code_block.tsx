import { useState } from "react";

/** Code to take away. */
export function CodeBlock({ title, code }: { readonly title: string; readonly code: string }) {
  const [said, setSaid] = useState("");
  const copy = () =>
    navigator.clipboard.writeText(code).then(
      () => setSaid("Copied"),
      () => setSaid("The browser does not let this page copy: select the text"),
    );
  return (
    <div className="try-code">
      <div className="card-head">
        <h3>{title}</h3>
        <span className="task no-print">
          <span role="status" className="quiet">{said}</span>
          <button type="button" onClick={() => void copy()}>
            Copy<span className="sr-only">: {title}</span>
          </button>
        </span>
      </div>
      <pre className="scrolls" tabIndex={0} aria-label={title} role="region"><code>{code}</code></pre>
    </div>
  );
}
