import { createQuestion, type Question } from "../../read/cache_key.ts";
import { placeOf } from "../../read/cursor.ts";
import type { Hash } from "../../kernel/ports.ts";
import type { Resource } from "../../resource/resource.ts";
import type { Params } from "../../read/source_request.ts";
import { chooseFormat } from "./negotiation.ts";
import { parseQuery, refuse } from "./query_params.ts";

/** How many questions of one resource are remembered; at most 2 KB each. */
const MOST_QUESTIONS = 500;

/** Reads what a request asks of one resource. @throws AppError BAD_REQUEST or NOT_ACCEPTABLE. */
export type AskedBy = (search: string, accept: string | null) => Asking;

/** A question, and beside it the age that the rows may have: it changes no answer, only whether there is one. */
export interface Asking {
  readonly question: Question;
  /** In seconds; null where nothing is demanded. */
  readonly max_age: number | null;
}

/**
 * Remembers questions by the text that asked them: checking and fingerprinting the same query again is a quarter of a
 * cache hit. Only good questions are kept, and nothing about who asked.
 */
export function rememberQuestions(resource: Resource, hash: Hash): AskedBy {
  const known = new Map<string, Asking>();

  return (search, accept) => {
    const text = `${accept ?? ""}\n${search}`;
    const remembered = known.get(text);
    if (remembered !== undefined) return remembered;
    const { format: wanted, max_age, params } = parseQuery(resource, new URLSearchParams(search));
    placeOf(resource, params, hash); // a cursor that is none is refused before anybody is asked anything
    const format = chooseFormat(resource, { format: wanted, accept });
    if (format === "csv") refuseTotal(resource, params);
    const question = createQuestion({ resource, params, format }, hash);
    if (known.size >= MOST_QUESTIONS) known.clear();
    const asking = { question, max_age };
    if (text.length <= 2_048) known.set(text, asking);
    return asking;
  };
}

/** The count would be taken and shown nowhere. */
function refuseTotal(resource: Resource, params: Params): void {
  if (resource.total === undefined || params[resource.total] !== true) return;
  const reason = "is told in meta, which CSV does not have: ask for JSON, or leave it out";
  throw refuse([{ field: resource.total, reason }]);
}
