import type { Caller } from "../access/caller.ts";
import type { Scope } from "../access/scope.ts";
import { cacheWord } from "../cache/event.ts";
import { RecentMap } from "../kernel/recent_map.ts";
import type { Question } from "../read/question.ts";
import type { ReadAnswer } from "../read/read_resource.ts";
import type { CheckQuestion } from "./request/questions.ts";
import type { ResponseForm } from "./response/answer.ts";

/** How many questions of one resource are remembered; at most 2 KB each. */
const MOST_QUESTIONS = 500;
const LONGEST_QUESTION = 2_048;

/** A few answers get most requests: this many are kept in each form, at most twice as many. */
const MOST_RESPONSES = 250;

/** The headers of a larger body hardly matter for its cost, and all kept bodies together should stay small. */
const LARGEST_BODY_BYTES = 16_384;

interface Kept {
  readonly response: Response;
  readonly age_seconds: number;
  readonly is_stale: boolean;
  readonly objective_seconds: number;
}

/**
 * What a server remembers to make a hit cheaper. One object for each server holds all of it, and each part can be left out:
 * the routes then do the same work for each request. What each is worth is measured: bench/results/fast_path.md.
 *
 * No shared response carries one caller's headers to another. Three things hold that:
 * - A response is kept under what decides all of its headers: the entity tag (and so resource, scope, parameters, format and
 *   version), its form (plain, gzip or 304), its age and whether it is stale. Two callers share it only if they have the same
 *   scope and ask the same question. An answer that says more, such as a link in the caller's own spelling, is not kept.
 * - It is written from the answer and its form (`ResponseForm`), in which there is no credential, no origin and no limit.
 * - Callers get copies, and what differs between callers is added to the copy, by the handler: CORS, the limit and what is
 *   left of it, the request's id and timing.
 *
 * tests/unit/http/fast_path_test.ts proves it, for each difference and for random sequences of requests.
 */
export class FastPath {
  readonly #plain = new RecentMap<Kept>(MOST_RESPONSES);
  readonly #gzip = new RecentMap<Kept>(MOST_RESPONSES);
  readonly #not_modified = new RecentMap<Kept>(MOST_RESPONSES);

  /** The same function, remembering valid questions of one resource by their text, without a trace of the caller. */
  rememberQuestions(check: CheckQuestion): CheckQuestion {
    const known = new Map<string, Question>();
    return (search, accept) => {
      const text = `${accept ?? ""}\n${search}`;
      const remembered = known.get(text);
      if (remembered !== undefined) return remembered;
      const question = check(search, accept);
      if (known.size >= MOST_QUESTIONS) known.clear();
      if (text.length <= LONGEST_QUESTION) known.set(text, question);
      return question;
    };
  }

  /** The same function, remembering scopes: a verified caller is one object for as long as it is remembered. */
  rememberScopes(derive: (caller: Caller) => Scope): (caller: Caller) => Scope {
    const known = new WeakMap<Caller, Scope>();
    return (caller) => {
      const remembered = known.get(caller);
      if (remembered !== undefined) return remembered;
      const scope = derive(caller);
      known.set(caller, scope);
      return scope;
    };
  }

  /** A copy of the response that was kept for this answer; null if there is none. */
  copyOf(answer: ReadAnswer, form: ResponseForm): Response | null {
    const kept = this.#responsesFor(answer, form)?.get(answer.etag);
    const { age_seconds, is_stale, objective_seconds } = answer.freshness;
    if (kept === undefined || kept.age_seconds !== age_seconds || kept.is_stale !== is_stale) return null;
    // Only stale answers name their objective, which changes when the view is registered again.
    if (is_stale && kept.objective_seconds !== objective_seconds) return null;
    return kept.response.clone();
  }

  /**
   * Keeps a response for later copies, if it may be shared.
   *
   * @param response with a body of text or bytes, or none: a stream cannot be sent twice
   * @returns the response to send, which may be changed
   */
  keep(answer: ReadAnswer, form: ResponseForm, response: Response): Response {
    const responses = this.#responsesFor(answer, form);
    if (responses === null) return response;
    const { age_seconds, is_stale, objective_seconds } = answer.freshness;
    responses.set(answer.etag, { response, age_seconds, is_stale, objective_seconds });
    return response.clone();
  }

  /** Null for an answer that is not shared: it did not come from memory, or has a header that its tag does not decide. */
  #responsesFor(answer: ReadAnswer, { gzip, events }: ResponseForm): RecentMap<Kept> | null {
    if (answer.kind === "not_modified") return this.#not_modified;
    const { entry } = answer;
    // The link to the next page repeats the question in the caller's own spelling.
    if (cacheWord(events) !== "memory" || entry.next_cursor !== null) return null;
    const compressed = gzip ? entry.gzip : undefined;
    if ((compressed?.byteLength ?? entry.byte_count) > LARGEST_BODY_BYTES) return null;
    return compressed === undefined ? this.#plain : this.#gzip;
  }
}
