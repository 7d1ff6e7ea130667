import { cacheWord } from "../../cache/event.ts";
import type { ReadAnswer } from "../../read/read_resource.ts";
import { RecentMap } from "../../kernel/recent_map.ts";
import type { ResponseForm, Write } from "./answer.ts";
import { KeptResponse } from "./kept_response.ts";

/** The answers that are asked for most are few: these are kept of each form, twice at most. */
const MOST_KEPT = 250;

/** Beside a larger body its headers cost nothing, and all kept bodies together should stay small. */
const LARGEST_BODY_BYTES = 16_384;

interface Kept {
  readonly response: KeptResponse;
  readonly age_seconds: number;
  readonly is_stale: boolean;
}

/** Responses of answers that came out of memory, by their tag: what such an answer says changes once a second, with its age. */
export class KeptAnswers {
  readonly #plain = new RecentMap<Kept>(MOST_KEPT);
  readonly #gzip = new RecentMap<Kept>(MOST_KEPT);
  readonly #not_modified = new RecentMap<Kept>(MOST_KEPT);

  /** The response that `write` makes of this answer, kept where it may be. */
  respond(answer: ReadAnswer, asked: ResponseForm, write: Write): Response | KeptResponse {
    const responses = this.#responsesOf(answer, asked);
    if (responses === null) return write(answer, asked);
    const { age_seconds, is_stale } = answer.freshness;
    const known = responses.get(answer.etag);
    if (known !== undefined && known.age_seconds === age_seconds && known.is_stale === is_stale) return known.response;
    const response = new KeptResponse(write(answer, asked));
    responses.set(answer.etag, { response, age_seconds, is_stale });
    return response;
  }

  /** Null for an answer that is not kept: it did not come out of memory, or says more than its tag decides. */
  #responsesOf(answer: ReadAnswer, { gzip, exchange }: ResponseForm): RecentMap<Kept> | null {
    if (answer.kind === "not_modified") return this.#not_modified;
    const { entry } = answer;
    // The link to the next page repeats the question in the caller's own spelling.
    if (cacheWord(exchange.events) !== "memory" || entry.next_cursor !== null) return null;
    const compressed = gzip ? entry.gzip : undefined;
    if ((compressed?.byteLength ?? entry.byte_count) > LARGEST_BODY_BYTES) return null;
    return compressed === undefined ? this.#plain : this.#gzip;
  }
}
