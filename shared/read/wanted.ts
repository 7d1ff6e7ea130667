import type { Emit } from "../cache/event.ts";
import type { Address, Dated, ScopedQuestion } from "./cache_key.ts";
import type { Entry } from "./entry.ts";

/** A question whose caller and parameters have been checked. */
export interface ReadRequest extends ScopedQuestion {
  readonly if_none_match: string | null;
  readonly emit: Emit;
}

/** What memory could not answer. */
export interface Wanted extends ReadRequest, Dated {
  readonly address: Address;
  readonly key: string;
  /** What this isolate keeps under the same stem: an older version, or one past its reuse bound. */
  readonly kept: Entry | undefined;
  /** Then no version but the current one is an answer. */
  readonly rests_on_rights: boolean;
}

/** What was found for it. */
export interface Fetched {
  readonly entry: Entry;
  /** False when the source could not be asked and the entry stands in. */
  readonly is_confirmed: boolean;
}
