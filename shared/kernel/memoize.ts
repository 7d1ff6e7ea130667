import { RecentMap } from "./recent_map.ts";

/** Longer texts are worked out each time: nobody honest sends them often. */
const LONGEST_TEXT = 200;

/**
 * The same function, which remembers what it found for the texts that came lately.
 *
 * @param find depends on its text and on nothing else, and never finds undefined
 * @param size at most twice as many texts are remembered
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
