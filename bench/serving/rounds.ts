/** Something that is measured in turns with others; answers one number. */
export interface Side {
  readonly name: string;
  measure(): Promise<number>;
}

/** Measures all sides in turns, forth and back, so that what the machine does meanwhile hits all of them. */
export async function inTurns(sides: readonly Side[], rounds: number): Promise<Map<string, readonly number[]>> {
  const values = new Map<string, number[]>(sides.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const side of round % 2 === 0 ? sides : [...sides].reverse()) {
      values.get(side.name)?.push(await side.measure());
    }
  }
  return values;
}

/** What one side measured. @throws Error for a side that there is not. */
export function of(values: ReadonlyMap<string, readonly number[]>, name: string): readonly number[] {
  const found = values.get(name);
  if (found === undefined) throw new Error(`Nothing was measured of "${name}"`);
  return found;
}
