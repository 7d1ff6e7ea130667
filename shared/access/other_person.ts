import type { Resource } from "../resource/resource.ts";
import { isStorable } from "../kernel/storable.ts";
import type { Caller } from "./caller.ts";
import { forbidden, type Scope } from "./scope.ts";

/** A request for the rows of a person who is not the caller. Whether the caller may read them is not decided yet. */
export interface OtherPerson {
  /** The subject of the caller's token; null for the secret key, which may read the rows of every person. */
  readonly reader: string | null;
  /** `freshet.scope_<relation>(reader)` must list the person at the moment of the read. */
  readonly relation: string;
  /** Restricts the read to the rows of that person. */
  readonly scope: Scope;
}

/**
 * The other person whose rows the parameters ask for; null if they ask for the caller's own, which have the scope of
 * `deriveScope()`. The parameter says only whose rows are wanted: the database decides, from the verified subject alone.
 *
 * @throws AppError FORBIDDEN if no text of the database can be the reader or the person.
 */
export function otherPerson(
  resource: Resource,
  caller: Caller,
  params: Readonly<Record<string, unknown>>,
): OtherPerson | null {
  const { access } = resource;
  if (access.scope !== "person" || caller.kind === "key") return null;
  const reader = caller.kind === "user" ? caller.subject : null;
  const person = params[access.param];
  if (person === undefined || person === reader) return null;
  if (typeof person !== "string" || !isStorable(person) || (reader !== null && !isStorable(reader))) {
    throw forbidden(resource, "the id of a person whose rows the caller may read");
  }
  const restriction = { column: access.column, value: person, relation: null, org: null };
  // No cache key holds this label: such a read is never kept.
  return { reader, relation: access.relation, scope: { label: "other", restriction } };
}
