/** A small random generator with a seed, so that a failure can be repeated. */
export function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

/** Picks one element at random. */
export function pick<One>(roll: (sides: number) => number, ones: readonly One[]): One {
  const one = ones[roll(ones.length)];
  if (one === undefined) throw new Error("There is nothing to pick from");
  return one;
}
