import { useEffect, useLayoutEffect, useState } from "react";

// What is seen is drawn with the page. The rest is drawn when the page is shown and the browser has nothing else to do,
// so that a page of many rows is as soon there as one of few, and is whole a moment later: for a search in the page, the
// keyboard and a reader of the screen. Before printing all of it is drawn.

/** Calls the work once, after the page is shown and when the browser is idle; what is returned calls it off. */
function whenIdle(work: () => void): () => void {
  let is_off = false;
  function look(): void {
    if (is_off) return;
    if (document.querySelector(".unsettled") === null) work();
    else setTimeout(() => idle(look), 50);
  }
  idle(look);
  return () => {
    is_off = true;
  };
}

/** Safari has no requestIdleCallback. */
function idle(work: () => void): void {
  if (typeof requestIdleCallback === "function") requestIdleCallback(work, { timeout: 500 });
  else setTimeout(work, 50);
}

/**
 * How many of the rows are drawn: the first ones with the page, then twice as many at a time, until it is all of them.
 *
 * @param first more than a screen has room for
 */
export function useGradually(count: number, first: number): number {
  const [most, setMost] = useState(first);
  const is_whole = most >= count;
  useEffect(() => {
    if (is_whole) return;
    const drawAll = () => setMost(Infinity);
    const callOff = whenIdle(() => setMost(2 * most));
    addEventListener("beforeprint", drawAll);
    return () => {
      callOff();
      removeEventListener("beforeprint", drawAll);
    };
  }, [most, is_whole]);
  return Math.min(most, count);
}

/** When a card draws its rows: `unknown` until the browser has told whether the card is seen. */
export type Turn = "unknown" | "later" | "now";

/** Cards within a quarter of a screen count as seen: what is above them may turn out smaller than its skeleton. */
const NEAR = "25% 0px";

/** Seen cards draw their rows at once, the others in their turn. */
export function useTurn(card: { readonly current: Element | null }): Turn {
  const [turn, setTurn] = useState<Turn>(typeof IntersectionObserver === "undefined" ? "now" : "unknown");
  useLayoutEffect(() => {
    const element = card.current;
    if (turn === "now" || element === null) return;
    const draw = () => setTurn("now");
    const observer = new IntersectionObserver((entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) draw();
      else setTurn("later");
    }, { rootMargin: NEAR });
    observer.observe(element);
    const callOff = whenIdle(draw);
    addEventListener("beforeprint", draw);
    return () => {
      observer.disconnect();
      callOff();
      removeEventListener("beforeprint", draw);
    };
  }, [turn === "now"]);
  return turn;
}
