import { RecentMap } from "./recent_map.ts";

/** Longer texts are not remembered: no honest caller sends them often. */
const LONGEST_TEXT = 200;

/**
 * The same function with a memory for recent texts.
 *
 * @param find depends on its text alone, and never returns undefined
 * @param size results of at most `2 * size` texts are remembered
 */
export function memoize<Found>(find: (text: string) => Found, size: number): (text: string) => Found {
  const known = new RecentMap<Found>(size);
  return (text) => {
    const remembered = known.get(text);
    if (remembered !== undefined) return remembered;
    const found = find(text);
    if (text.length <= LONGEST_TEXT) known.set(text, found);
    return found;
  };
}
