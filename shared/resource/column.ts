import { z } from "zod";
import { utcTimestamp } from "../kernel/utc_timestamp.ts";

// Shared by all columns: a new isolate would spend more time on making one schema for each column than on all checks.
const id = z.guid();
const text = z.string();
const count = z.int().min(0);
const number = z.number();
const boolean = z.boolean();
const date = z.iso.date();

/**
 * The types of column that a resource may serve. A row with an undeclared column or another type never leaves the API.
 */
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
  /** A timestamp with time zone: any offset in, `Z` out. */
  timestamp: () => utcTimestamp,
  /** One of a closed list of texts. */
  category: <const Values extends readonly [string, ...string[]]>(values: Values) => z.enum(values),
};
