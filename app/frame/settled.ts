import { useLayoutEffect, useState } from "react";

/** A page whose answers take longer is shown with skeletons. */
const LONGEST_MS = 500;

/** Cards that are not seen draw their rows when the page is shown. */
const BUSY = ".card[aria-busy=true]:not([data-turn=later])";

/**
 * Whether the page may be shown: the cards that are seen have their first answers, or have waited long enough. What is shown before
 * would be moved by each answer that comes.
 */
export function useSettled(is_loaded: boolean): boolean {
  const [is_settled, setSettled] = useState(false);
  useLayoutEffect(() => {
    if (!is_loaded) return;
    const since = performance.now();
    let frame = requestAnimationFrame(function look() {
      const is_busy = document.querySelector(".card") === null || document.querySelector(BUSY) !== null;
      if (is_busy && performance.now() - since < LONGEST_MS) frame = requestAnimationFrame(look);
      else setSettled(true);
    });
    return () => cancelAnimationFrame(frame);
  }, [is_loaded]);
  return is_settled;
}
