import { AppError, invalidQuery } from "../kernel/app_error.ts";
import { type Caller, readsEverything } from "./caller.ts";
import type { Hash } from "../kernel/ports.ts";
import { fullName, type Resource } from "../resource/resource.ts";
import type { MemberAccess, PersonAccess } from "../resource/definition.ts";
import { isStorable } from "../kernel/storable.ts";

/** The rows a caller may see: always part of the WHERE and of the cache key, and checked again on the returned rows. */
export interface Scope {
  /**
   * The scope's part of the cache key. User and organisation ids are hashed: a shared cache's key holds no person's id.
   */
  readonly label: string;
  /** Null if the caller may read every row of the resource. */
  readonly restriction: Restriction | null;
  /** The caller may read each source row behind a figure, so the minimum sample does not apply. */
  readonly is_insider?: true;
}

export interface Restriction {
  readonly column: string;
  readonly value: string;
  readonly relation: string | null;
  /** The organisation that the rows must also belong to. */
  readonly org: { readonly column: string; readonly value: string } | null;
}

/**
 * Derives the scope from verified claims only; no part of the request's URL or body influences it.
 *
 * @throws AppError FORBIDDEN if this kind of caller can never read the resource.
 */
export function deriveScope(resource: Resource, caller: Caller, hash: Hash): Scope {
  const scope = rowsOf(resource, caller, hash);
  const except = resource.minimum_sample?.except ?? [];
  const has_role = caller.kind === "user" && caller.org_role !== null && except.includes(caller.org_role);
  const is_insider = except.length > 0 && (readsEverything(caller) || (has_role && scope.restriction !== null));
  // Two callers of one organisation may differ in this alone, so it must be part of the cache key.
  return is_insider ? { ...scope, label: `${scope.label}+`, is_insider } : scope;
}

function rowsOf(resource: Resource, caller: Caller, hash: Hash): Scope {
  const { access } = resource;
  if (access.scope === "public") return { label: "public", restriction: null };
  if (access.scope === "person") return ownScope(resource, { access, caller, hash });
  if (access.scope === "member") return memberScope(resource, { access, caller, hash });
  if (access.scope === "service" && caller.kind !== "service") throw forbidden(resource, "the secret key");
  if (readsEverything(caller)) return { label: "all", restriction: null };
  if (!("column" in access)) throw forbidden(resource, "an administrator's token or the secret key");
  const value = claimFor(access.scope, caller);
  if (value === null || !isStorable(value)) {
    throw forbidden(resource, `a signed-in ${access.scope === "org" ? "member's" : "user's"} token`);
  }
  const { column, relation } = access;
  return { label: `${access.scope}=${fingerprint(hash, value)}`, restriction: { column, value, relation, org: null } };
}

/** The caller's own rows, also for an administrator. Another person's are read by `readPerson`, and have no scope here. */
function ownScope(
  resource: Resource,
  { access, caller, hash }: { readonly access: PersonAccess; readonly caller: Caller; readonly hash: Hash },
): Scope {
  if (caller.kind === "service") {
    const reason = "is required with the secret key, which has no rows of its own: name the person";
    throw invalidQuery({ field: access.param, reason });
  }
  if (caller.kind !== "user" || !isStorable(caller.subject)) throw forbidden(resource, "a signed-in user's token");
  return {
    label: `user=${fingerprint(hash, caller.subject)}`,
    restriction: { column: access.column, value: caller.subject, relation: null, org: null },
  };
}

function memberScope(
  resource: Resource,
  { access, caller, hash }: { readonly access: MemberAccess; readonly caller: Caller; readonly hash: Hash },
): Scope {
  const roles = Object.keys(access.rows);
  const may_read_all = readsEverything(caller) && Object.values(access.rows).includes("org");
  if (may_read_all) return { label: "all", restriction: null };
  const anyRole = new Intl.ListFormat("en", { type: "disjunction" }).format(roles);
  const remedy = `the token of a member whose role is ${anyRole}`;
  if (caller.kind !== "user" || caller.org_id === null || caller.org_role === null) throw forbidden(resource, remedy);
  if (!isStorable(caller.org_id) || !isStorable(caller.subject)) throw forbidden(resource, remedy);
  const rows = Object.hasOwn(access.rows, caller.org_role) ? access.rows[caller.org_role] : undefined;
  if (rows === undefined) throw forbidden(resource, remedy);
  const org = { column: access.org, value: caller.org_id };
  if (rows === "org" || access.column === null) {
    return { label: `org=${fingerprint(hash, org.value)}`, restriction: { ...org, relation: null, org: null } };
  }
  const label = `${rows}=${fingerprint(hash, JSON.stringify([org.value, caller.subject]))}`;
  const relation = rows === "own" ? null : rows;
  return { label, restriction: { column: access.column, value: caller.subject, relation, org } };
}

function fingerprint(hash: Hash, text: string): string {
  return hash(text).slice(0, 32);
}

function claimFor(scope: "user" | "org", caller: Caller): string | null {
  if (caller.kind !== "user") return null;
  return scope === "org" ? caller.org_id : caller.subject;
}

/** The refusal of a kind of caller. */
export function forbidden(resource: Resource, remedy: string): AppError {
  return new AppError("FORBIDDEN", {
    detail: `This credential may not read ${fullName(resource)}; it takes ${remedy}`,
  });
}
