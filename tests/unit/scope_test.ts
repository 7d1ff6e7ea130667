import assert from "node:assert/strict";
import { sha256 } from "../../shared/adapters/sha256.ts";
import type { Caller } from "../../shared/core/caller.ts";
import { type Access, column, defineResource } from "../../shared/core/resource.ts";
import { deriveScope } from "../../shared/core/scope.ts";

const KEY: Caller = { kind: "key", key_name: "default" };
const USER: Caller = { kind: "user", subject: "anna", is_admin: false, org_id: null };
const MEMBER: Caller = { ...USER, org_id: "acme" };
const ADMIN: Caller = { ...USER, is_admin: true };
const SERVICE: Caller = { kind: "service" };

function scopeOf(access: Access, caller: Caller): string {
  const resource = defineResource({
    pack: "test",
    name: "rows",
    view: "mv_rows",
    summary: "Rows",
    params: {},
    filters: [],
    columns: { owner_id: column.text() },
    access,
    order: [{ column: "owner_id", direction: "asc" }],
    limit: 10,
    shown: "as_ordered",
    minimum_sample: null,
    max_age_seconds: 60,
    formats: ["json"],
  });
  try {
    const { restriction } = deriveScope(resource, caller, sha256);
    return restriction === null
      ? "all"
      : `${restriction.column}=${restriction.value} ${restriction.relation ?? ""}`.trim();
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : "?";
  }
}

const own = { column: "owner_id", relation: null } as const;
const CASES: readonly (readonly [Access, Record<"key" | "user" | "member" | "admin" | "service", string>])[] = [
  [{ scope: "public" }, { key: "all", user: "all", member: "all", admin: "all", service: "all" }],
  [
    { scope: "user", ...own },
    { key: "FORBIDDEN", user: "owner_id=anna", member: "owner_id=anna", admin: "all", service: "all" },
  ],
  [
    { scope: "team", column: "owner_id", relation: "people_of_manager" },
    {
      key: "FORBIDDEN",
      user: "owner_id=anna people_of_manager",
      member: "owner_id=anna people_of_manager",
      admin: "all",
      service: "all",
    },
  ],
  [
    { scope: "org", ...own },
    { key: "FORBIDDEN", user: "FORBIDDEN", member: "owner_id=acme", admin: "all", service: "all" },
  ],
  [{ scope: "admin" }, { key: "FORBIDDEN", user: "FORBIDDEN", member: "FORBIDDEN", admin: "all", service: "all" }],
  [
    { scope: "service" },
    { key: "FORBIDDEN", user: "FORBIDDEN", member: "FORBIDDEN", admin: "FORBIDDEN", service: "all" },
  ],
];

for (const [access, expected] of CASES) {
  Deno.test(`deriveScope() of a resource for "${access.scope}" lets each kind of caller see what is theirs`, () => {
    const callers = { key: KEY, user: USER, member: MEMBER, admin: ADMIN, service: SERVICE };
    const found = Object.fromEntries(Object.entries(callers).map(([name, caller]) => [name, scopeOf(access, caller)]));
    assert.deepEqual(found, expected);
  });
}
