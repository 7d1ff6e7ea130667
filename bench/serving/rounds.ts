/** One side of a comparison, measured in turns with the others; returns one number. */
export interface Side {
  readonly name: string;
  measure(): Promise<number>;
}

/** Measures all sides in turns, forwards then backwards, so that other load on the machine affects all of them. */
export async function inTurns(sides: readonly Side[], rounds: number): Promise<Map<string, readonly number[]>> {
  const values = new Map<string, number[]>(sides.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const side of round % 2 === 0 ? sides : [...sides].reverse()) {
      values.get(side.name)?.push(await side.measure());
    }
  }
  return values;
}

/** The measurements of one side. @throws Error if there is no such side. */
export function of(values: ReadonlyMap<string, readonly number[]>, name: string): readonly number[] {
  const found = values.get(name);
  if (found === undefined) throw new Error(`Nothing was measured of "${name}"`);
  return found;
}
