import { canonicalParams } from "../kernel/canonical_params.ts";
import type { Hash } from "../kernel/ports.ts";
import type { Format } from "../resource/definition.ts";
import type { Resource } from "../resource/resource.ts";
import type { Place } from "./cursor.ts";
import { ownParams } from "./own_params.ts";
import type { Params } from "./source.ts";

/**
 * A checked question. It is the same for every caller, so it can be remembered and shared; `sourceRequest` turns it into
 * what is sent to SQL.
 */
export interface Question {
  readonly resource: Resource;
  readonly params: Params;
  readonly format: Format;
  /** The row after which the page begins; null for the first page, and for a resource without pages. */
  readonly place: Place | null;
  /** The greatest age of the rows, in seconds, that the query demands; null for none. It changes no answer, only whether there is one. */
  readonly max_age: number | null;
  /** Fingerprint of format and parameters, without the parameter that names a person. */
  readonly digest: string;
}

/**
 * Adds the fingerprint to what was checked. It leaves out the parameter that names the person: the scope's label stands
 * for the person, so a caller's own rows have one key whether or not the parameter repeats the caller's id.
 */
export function createQuestion(checked: Omit<Question, "digest">, hash: Hash): Question {
  const { resource, params, format } = checked;
  return { ...checked, digest: hash(`${format}\n${canonicalParams(ownParams(resource, params))}`) };
}
