import type { Scope } from "../access/scope.ts";
import type { Emit } from "../cache/event.ts";
import type { Entry } from "./entry.ts";
import type { Question } from "./question.ts";
import type { ViewStateMap } from "./view_state.ts";

/** One caller's read of a question. */
export interface Read {
  readonly question: Question;
  readonly scope: Scope;
  readonly if_none_match: string | null;
  readonly emit: Emit;
}

/** A read that memory could not answer, and where its entry belongs. */
export interface Miss extends Read {
  /** The UTC day of the read; null where the answer is the same on all days. */
  readonly day: string | null;
  readonly stem: string;
  readonly key: string;
  /** The states by which the key was made. */
  readonly states: ViewStateMap;
  /** What this isolate keeps under the same stem: an older version, or an entry past its reuse bound. */
  readonly kept: Entry | undefined;
  /** If so, only the current version may be served. */
  readonly rests_on_rights: boolean;
}

/** What was found for a miss. */
export interface Fetched {
  readonly entry: Entry;
  /** False when the source could not be asked and an older entry is served instead. */
  readonly is_confirmed: boolean;
}
