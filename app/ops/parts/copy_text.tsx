import { useEffect, useState } from "react";

/** A text to paste elsewhere: SQL, a command. */
export function CopyText({ text, of }: { readonly text: string; readonly of: string }) {
  const [said, setSaid] = useState("");
  useEffect(() => {
    if (said === "") return;
    const timer = setTimeout(() => setSaid(""), 4_000);
    return () => clearTimeout(timer);
  }, [said]);

  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      setSaid("Copied");
    } catch {
      // Without the permission, or over http from another machine.
      setSaid("Not copied: select the text");
    }
  }

  return (
    <div className="copied">
      <pre tabIndex={0} aria-label={`Text of ${of}`}><code>{text}</code></pre>
      <span className="task no-print">
        <button type="button" onClick={() => void copy()}>
          Copy<span className="sr-only">{` ${of}`}</span>
        </button>
        <span role="status" className="quiet">{said}</span>
      </span>
    </div>
  );
}
