import type { Failure } from "../../shared/client/mod.ts";
import { isRefusal, type ResourceState } from "../api/resource_state.ts";
import { counted, duration, number } from "../words/numbers.ts";

/** The parts of an answer that a card speaks about. */
export interface AnyAnswer {
  readonly data: unknown;
  readonly meta: {
    readonly as_of: string | null;
    readonly row_count?: number;
    readonly is_truncated?: boolean;
    readonly total_count?: number | null;
    /** Of a page of rows: where the next one begins. */
    readonly next_cursor?: string | null;
    readonly withheld_count?: number | null;
  };
  readonly freshness: {
    readonly age_seconds: number | null;
    readonly is_stale: boolean;
    readonly objective_seconds: number | null;
  };
}

/** What a card shows in its place for rows. */
export type Standing =
  | { readonly kind: "loading" }
  | { readonly kind: "rows" }
  | { readonly kind: "empty" | "too_few" | "refused" | "outage" | "offline"; readonly text: string };

/** What a card says above rows that are shown. */
export interface Note {
  readonly kind: "stale" | "last_known" | "truncated" | "withheld";
  readonly text: string;
}

export interface Words {
  /** Why there is nothing, and what fills it. */
  readonly empty: string;
  /** Null unless the rows are too few for what the card computes. */
  readonly too_few?: string | null;
}

/** Which of its designed states a card is in. */
export function standingOf<A extends AnyAnswer>(
  { answer, failure }: ResourceState<A>,
  is_empty: (answer: A) => boolean,
  words: Words,
  is_online: boolean,
): Standing {
  if (answer !== null) {
    if (is_empty(answer)) return { kind: "empty", text: words.empty };
    return words.too_few == null ? { kind: "rows" } : { kind: "too_few", text: words.too_few };
  }
  if (failure === null) return { kind: "loading" };
  if (!is_online) return { kind: "offline", text: "This device is offline. The figures come when it is back." };
  if (isRefusal(failure)) return { kind: "refused", text: refusalText(failure) };
  return { kind: "outage", text: outageText(failure) };
}

/** What to say about rows that are shown, the most important first. */
export function notesOf<A extends AnyAnswer>(
  { answer, failure }: ResourceState<A>,
  age_seconds: number | null,
  is_online: boolean,
): Note[] {
  if (answer === null) return [];
  const notes: Note[] = [];
  if (failure !== null) {
    const why = !is_online
      ? "This device is offline"
      : failure.status === 429
      ? "The API was asked too often"
      : "The API does not answer";
    notes.push({ kind: "last_known", text: `${why}. These are the last known figures; the page goes on asking.` });
  }
  if (answer.freshness.is_stale) {
    notes.push({ kind: "stale", text: staleText(age_seconds, answer.freshness.objective_seconds) });
  }
  const { is_truncated, next_cursor, total_count, row_count, withheld_count } = answer.meta;
  if (is_truncated === true || next_cursor != null) {
    // A list by cursor does not count what is behind its end.
    const text = total_count == null
      ? `The first ${counted(row_count ?? 0, "row")} are shown; there are more.`
      : `${number(row_count ?? null, 0)} of ${number(total_count, 0)} rows are shown.`;
    notes.push({ kind: "truncated", text });
  }
  if (withheld_count != null && withheld_count > 0) {
    const text = `${counted(withheld_count, "row")} rest on fewer than five people and are not shown.`;
    notes.push({ kind: "withheld", text });
  }
  return notes;
}

function staleText(age: number | null, objective: number | null): string {
  const is = age === null ? "Older than they should be" : `${duration(age)} old`;
  const should = objective === null ? "" : `; the objective is ${duration(objective)}`;
  // Young rows are stale too while the database does not confirm them.
  const why = age !== null && objective !== null && age <= objective ? ", and the database does not answer" : "";
  return `${is}${should}${why}. The audit reports this by itself.`;
}

/** Seconds since the rows were last known to be true; null if the answer does not say. */
export function ageOf<A extends AnyAnswer>({ answer, answered_at }: ResourceState<A>, now_ms: number): number | null {
  const then = answer?.freshness.age_seconds ?? null;
  if (then === null || answered_at === null) return null;
  return then + Math.max(0, Math.floor((now_ms - answered_at) / 1_000));
}

function refusalText({ status, detail }: Failure): string {
  if (status === 403) {
    return "These figures are for other roles. An administrator of the organisation can change yours.";
  }
  return `The API refuses this question: ${detail}`;
}

function outageText({ code, status, detail, request_id }: Failure): string {
  const reference = request_id === null ? "" : ` (request ${request_id})`;
  if (status === 429) return `The API was asked too often${reference}; the page asks again by itself. ${detail}`;
  if (code === "NOT_READY") return `The figures are computed for the first time; they come by themselves. ${detail}`;
  return `The API does not answer${reference}; the page goes on asking. ${detail}`;
}
