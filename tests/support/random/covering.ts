/**
 * Of the cells of a matrix, as few as a greedy choice finds, so that every pair of values of two sides that some cell has
 * is in a chosen one. Of cells that cover as much, the dice choose.
 *
 * @param pairs which two sides, by their names
 */
export function covering<Side extends string, Cell extends Readonly<Record<Side, string>>>(
  cells: readonly Cell[],
  pairs: readonly (readonly [Side, Side])[],
  roll: (sides: number) => number,
): Cell[] {
  const pairsIn = (cell: Cell) => pairs.map(([one, other]) => JSON.stringify([one, cell[one], other, cell[other]]));
  const open = new Set(cells.flatMap(pairsIn));
  const chosen: Cell[] = [];
  while (open.size > 0) {
    const covered = cells.map((cell) => pairsIn(cell).filter((pair) => open.has(pair)).length);
    const most = Math.max(...covered);
    const best = cells.filter((_, index) => covered[index] === most);
    const cell = best[roll(best.length)];
    if (cell === undefined) throw new Error("no cell has an open pair");
    chosen.push(cell);
    for (const pair of pairsIn(cell)) open.delete(pair);
  }
  return chosen;
}
