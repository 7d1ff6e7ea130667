import { z } from "zod";
import { utcTimestamp } from "./utc_timestamp.ts";

/** The kinds of column that a view may serve. A row with any other column, or another kind, never leaves the API. */
export const column = {
  /** A UUID of any version: ids derived by md5 carry no RFC 9562 version bits, so `z.uuid()` would refuse them. */
  id: () => z.guid(),
  text: () => z.string(),
  /** A non-negative whole number. */
  count: () => z.int().min(0),
  number: () => z.number(),
  boolean: () => z.boolean(),
  /** A calendar day, YYYY-MM-DD, UTC. */
  date: () => z.iso.date(),
  /** A moment: offsets are accepted, `Z` is written. */
  timestamp: () => utcTimestamp,
  category: <const Values extends readonly [string, ...string[]]>(values: Values) => z.enum(values),
};
