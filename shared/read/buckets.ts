import { z } from "zod";

/** The versions of a view's buckets, as `freshet.bucket_list` writes them: each refresh once, and for each bucket which one. */
export const bucketList = z.object({
  /** The column whose values are divided into buckets. */
  by: z.string(),
  /** The number of buckets: a power of two. */
  count: z.int().min(1),
  /** `versions milliseconds,…`: each refresh as its difference from the one before. */
  moves: z.string(),
  /** For each bucket the place of its refresh in `moves`: hexadecimal, all of one width. */
  of: z.string(),
});

export type BucketList = z.output<typeof bucketList>;

/** What an answer rests on if all its rows have one value of the bucket column. */
export interface BucketVersion {
  readonly number: number;
  readonly version: number;
  /** When the rows were computed, in milliseconds since the epoch. */
  readonly moved_ms: number;
}

interface Move {
  readonly version: number;
  readonly moved_ms: number;
}

/** Lists are current for a second, and thousands of answers depend on one. */
const known = new WeakMap<BucketList, readonly Move[] | null>();

/** The bucket of that number; null if the list cannot be read, so that the answer rests on the view's own version. */
export function bucketAt(list: BucketList, number: number): BucketVersion | null {
  const move = movesOf(list)?.[number];
  return move === undefined ? null : { number, ...move };
}

/** The same list with a newer version of one bucket, if it is newer. */
export function withBucket(list: BucketList, bucket: BucketVersion): BucketList {
  const moves = movesOf(list);
  const held = moves?.[bucket.number];
  if (moves === null || held === undefined || held.version > bucket.version) return list;
  return writeBuckets(list.by, moves.with(bucket.number, bucket));
}

/** Writes a list, as the database does. */
export function writeBuckets(by: string, buckets: readonly Move[]): BucketList {
  const ordered = [...new Map(buckets.map((move) => [nameOf(move), move])).values()]
    .toSorted((left, right) => left.version - right.version || left.moved_ms - right.moved_ms);
  const places = new Map(ordered.map((move, place) => [nameOf(move), place.toString(16)]));
  const width = (ordered.length - 1).toString(16).length;
  const moves = ordered.map(({ version, moved_ms }, place) => {
    const before = ordered[place - 1] ?? { version: 0, moved_ms: 0 };
    return `${version - before.version} ${moved_ms - before.moved_ms}`;
  });
  const of = buckets.map((move) => (places.get(nameOf(move)) ?? "").padStart(width, "0"));
  return { by, count: buckets.length, moves: moves.join(","), of: of.join("") };
}

function nameOf({ version, moved_ms }: Move): string {
  return `${version} ${moved_ms}`;
}

function movesOf(list: BucketList): readonly Move[] | null {
  const read = known.get(list);
  if (read !== undefined) return read;
  const moves = readMoves(list);
  known.set(list, moves);
  return moves;
}

function readMoves({ count, moves, of }: BucketList): readonly Move[] | null {
  const ordered: Move[] = [];
  let [version, moved_ms] = [0, 0];
  for (const move of moves.split(",")) {
    const [versions, milliseconds] = move.split(" ").map(Number);
    version += versions ?? NaN;
    moved_ms += milliseconds ?? NaN;
    ordered.push({ version, moved_ms });
  }
  const width = of.length / count;
  if (!Number.isInteger(width) || width === 0) return null;
  const read = Array.from(
    { length: count },
    (_, bucket) => ordered[Number.parseInt(of.slice(bucket * width, (bucket + 1) * width), 16)],
  ).filter((move) => move !== undefined && Number.isSafeInteger(move.version) && Number.isSafeInteger(move.moved_ms));
  return read.length === count ? read as readonly Move[] : null;
}
