import { z } from "zod";
import { utcTimestamp } from "../kernel/utc_timestamp.ts";

// Made once for all columns: a new isolate would spend longer on making a schema for each than on all its checks.
const id = z.guid();
const text = z.string();
const count = z.int().min(0);
const number = z.number();
const boolean = z.boolean();
const date = z.iso.date();

/** The kinds of column that a view may serve. A row with any other column, or another kind, never leaves the API. */
export const column = {
  /** A UUID of any version: ids derived by md5 carry no RFC 9562 version bits, so `z.uuid()` would refuse them. */
  id: () => id,
  text: () => text,
  /** A non-negative whole number. */
  count: () => count,
  number: () => number,
  boolean: () => boolean,
  /** A calendar day, YYYY-MM-DD, UTC. */
  date: () => date,
  /** A moment: offsets are accepted, `Z` is written. */
  timestamp: () => utcTimestamp,
  category: <const Values extends readonly [string, ...string[]]>(values: Values) => z.enum(values),
};
