import { AppError } from "./app_error.ts";
import { type Caller, readsEverything } from "./caller.ts";
import type { Hash } from "./hash.ts";
import { fullName, type Resource } from "./resource.ts";

/** The rows a caller may see: forced into the WHERE, into the cache key, and checked again on the rows. */
export interface Scope {
  /** What the cache key holds. People are hashed: an id of a person does not belong in a shared cache's key. */
  readonly label: string;
  /** Null when the caller may read every row of the resource. */
  readonly restriction: Restriction | null;
}

export interface Restriction {
  readonly column: string;
  readonly value: string;
  readonly relation: string | null;
}

/**
 * Derives the scope from verified claims only; nothing that a caller writes into a request reaches it.
 *
 * @throws AppError FORBIDDEN when this kind of caller can never read the resource.
 */
export function deriveScope(resource: Resource, caller: Caller, hash: Hash): Scope {
  const { access } = resource;
  if (access.scope === "public") return { label: "public", restriction: null };
  if (access.scope === "service" && caller.kind !== "service") throw forbidden(resource, "the secret key");
  if (readsEverything(caller)) return { label: "all", restriction: null };
  if (!("column" in access)) throw forbidden(resource, "an administrator's token or the secret key");
  const value = claimFor(access.scope, caller);
  if (value === null) throw forbidden(resource, `a signed-in ${access.scope === "org" ? "member's" : "user's"} token`);
  const { column, relation } = access;
  return { label: `${access.scope}=${hash(value).slice(0, 32)}`, restriction: { column, value, relation } };
}

function claimFor(scope: "user" | "org" | "team", caller: Caller): string | null {
  if (caller.kind !== "user") return null;
  return scope === "org" ? caller.org_id : caller.subject;
}

function forbidden(resource: Resource, remedy: string): AppError {
  return new AppError("FORBIDDEN", {
    detail: `This credential may not read ${fullName(resource)}; it takes ${remedy}`,
  });
}
