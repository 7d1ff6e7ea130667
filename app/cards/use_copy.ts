import { useEffect, useState } from "react";

/** How long a page says that something is copied. */
const SAID_MS = 4_000;

/** Copies a text, and says for a moment what became of it. */
export function useCopy(text: string): { readonly said: string; copy(): void } {
  const [said, setSaid] = useState("");
  useEffect(() => {
    if (said === "") return;
    const timer = setTimeout(() => setSaid(""), SAID_MS);
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

  return { said, copy: () => void copy() };
}
