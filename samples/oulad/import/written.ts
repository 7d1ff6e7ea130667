import { z } from "zod";

/** How many rows a table must hold for the sample, and how many of them it did not hold yet. */
export interface Written {
  readonly wanted: number;
  readonly written: number;
}

const Count = z.tuple([z.strictObject({ count: z.coerce.number() })]);

/** The figure of a `select count(*)`. */
export async function count(query: PromiseLike<unknown>): Promise<number> {
  const [row] = Count.parse(Array.from(await query as Iterable<unknown>));
  return row.count;
}
