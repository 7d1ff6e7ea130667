import { placeOf } from "../../read/cursor.ts";
import { createQuestion, type Question } from "../../read/question.ts";
import type { Hash } from "../../kernel/ports.ts";
import type { Resource } from "../../resource/resource.ts";
import type { Params } from "../../read/source.ts";
import { chooseFormat } from "./negotiation.ts";
import { parseQuery, refuse } from "./query_params.ts";

/** How many questions of one resource are remembered; at most 2 KB each. */
const MOST_QUESTIONS = 500;

/** Reads what a request asks of one resource. @throws AppError BAD_REQUEST or NOT_ACCEPTABLE. */
export type ReadQuestion = (search: string, accept: string | null) => Question;

/**
 * Remembers questions by the text that asked them: checking and fingerprinting the same query again is a quarter of a
 * cache hit. Only good questions are kept, and nothing about who asked.
 */
export function rememberQuestions(resource: Resource, hash: Hash): ReadQuestion {
  const known = new Map<string, Question>();

  return (search, accept) => {
    const text = `${accept ?? ""}\n${search}`;
    const remembered = known.get(text);
    if (remembered !== undefined) return remembered;
    const { format: wanted, max_age, params } = parseQuery(resource, new URLSearchParams(search));
    const place = placeOf(resource, params, hash);
    const format = chooseFormat(resource, { format: wanted, accept });
    if (format === "csv") refuseTotal(resource, params);
    const question = createQuestion({ resource, params, format, place, max_age }, hash);
    if (known.size >= MOST_QUESTIONS) known.clear();
    if (text.length <= 2_048) known.set(text, question);
    return question;
  };
}

/** The count would be taken and shown nowhere. */
function refuseTotal(resource: Resource, params: Params): void {
  if (resource.total === undefined || params[resource.total] !== true) return;
  const reason = "is told in meta, which CSV does not have: ask for JSON, or leave it out";
  throw refuse([{ field: resource.total, reason }]);
}
