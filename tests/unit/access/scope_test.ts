import assert from "node:assert/strict";
import { sha256 } from "../../../shared/adapters/runtime/sha256.ts";
import type { Caller } from "../../../shared/access/caller.ts";
import { column, defineResource, parameter, type Resource } from "../../../shared/resource/resource.ts";
import type { Access } from "../../../shared/resource/definition.ts";
import { deriveScope, type Restriction } from "../../../shared/access/scope.ts";

const KEY: Caller = { kind: "key", key_name: "default" };
const USER: Caller = { kind: "user", subject: "anna", is_admin: false, org_id: null, org_role: null };
const MEMBER: Caller = { ...USER, org_id: "acme" };
const ADMIN: Caller = { ...USER, is_admin: true };
const SERVICE: Caller = { kind: "service" };

Deno.test("deriveScope() refuses who cannot own a row, because no text of the database is spelt so", () => {
  const own: Access = { scope: "user", column: "owner_id", relation: null };
  const inside: Access = { scope: "member", org: "org_id", column: "owner_id", rows: { admin: "org", trainee: "own" } };
  for (const id of ["a\0b", "\ud800", "b\udfff"]) {
    assert.equal(scopeOf(own, { ...USER, subject: id }), "FORBIDDEN");
    assert.equal(scopeOf({ scope: "org", column: "org_id", relation: null }, { ...USER, org_id: id }), "FORBIDDEN");
    for (const org_role of ["admin", "trainee"]) {
      assert.equal(scopeOf(inside, { ...USER, org_id: id, org_role }), "FORBIDDEN");
      assert.equal(scopeOf(inside, { ...USER, subject: id, org_id: "acme", org_role }), "FORBIDDEN");
    }
  }
  assert.equal(scopeOf(own, { ...USER, subject: "\u{1f600} \u202e" }), "owner_id=\u{1f600} \u202e");
});

function describe({ column, value, relation, org }: Restriction): string {
  const inside = org === null ? "" : `in ${org.column}=${org.value}`;
  return [`${column}=${value}`, relation, inside].filter(Boolean).join(" ");
}

function resourceFor(access: Access): Resource {
  return defineResource({
    pack: "test",
    name: "rows",
    view: "mv_rows",
    summary: "Rows",
    params: { owner: parameter.subject().optional() },
    filters: [],
    columns: { owner_id: column.text(), org_id: column.text() },
    reads: ["people_of_manager"],
    access,
    order: [{ column: "owner_id", direction: "asc" }],
    limit: 10,
    shown: "as_ordered",
    minimum_sample: null,
    max_age_seconds: 60,
    formats: ["json"],
  });
}

function scopeOf(access: Access, caller: Caller): string {
  try {
    const { restriction } = deriveScope(resourceFor(access), caller, sha256);
    return restriction === null ? "all" : describe(restriction);
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
    { scope: "user", column: "owner_id", relation: "people_of_manager" },
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
  [
    { scope: "person", column: "owner_id", param: "owner", relation: "people_of_tutor" },
    {
      key: "FORBIDDEN",
      user: "owner_id=anna",
      member: "owner_id=anna",
      admin: "owner_id=anna",
      service: "BAD_REQUEST",
    },
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

const MEMBERS: Access = {
  scope: "member",
  org: "org_id",
  column: "owner_id",
  rows: { admin: "org", manager: "people_of_manager", trainee: "own" },
};
const ONLY_OWN: Access = { ...MEMBERS, rows: { trainee: "own", manager: "own" } };

function member(org_role: string | null, org_id: string | null = "acme"): Caller {
  return { kind: "user", subject: "anna", is_admin: false, org_id, org_role };
}

Deno.test("deriveScope() lets a member read what the role in the verified organisation allows", () => {
  assert.equal(scopeOf(MEMBERS, member("admin")), "org_id=acme");
  assert.equal(scopeOf(MEMBERS, member("manager")), "owner_id=anna people_of_manager in org_id=acme");
  assert.equal(scopeOf(MEMBERS, member("trainee")), "owner_id=anna in org_id=acme");
});

Deno.test("deriveScope() refuses a role that is not named, none, and a name that every object has", () => {
  for (const role of ["visitor", "ADMIN", "", "constructor", "__proto__", null]) {
    assert.equal(scopeOf(MEMBERS, member(role)), "FORBIDDEN", String(role));
  }
  assert.equal(scopeOf(MEMBERS, member("admin", null)), "FORBIDDEN");
  assert.equal(scopeOf(MEMBERS, KEY), "FORBIDDEN");
  assert.equal(scopeOf(MEMBERS, USER), "FORBIDDEN");
});

Deno.test("deriveScope() shows the secret key and administrators organisations, and never somebody's own page", () => {
  for (const caller of [ADMIN, SERVICE]) {
    assert.equal(scopeOf(MEMBERS, caller), "all");
    assert.equal(scopeOf(ONLY_OWN, caller), "FORBIDDEN");
  }
  assert.equal(
    scopeOf(ONLY_OWN, { kind: "user", subject: "anna", is_admin: true, org_id: "acme", org_role: "manager" }),
    "owner_id=anna in org_id=acme",
  );
});

const GUARDED: Resource = {
  ...resourceFor({ ...MEMBERS, column: null, rows: { admin: "org", trainee: "org" } }),
  minimum_sample: { column: "samples", at_least: 5, except: ["admin"] },
};

Deno.test("deriveScope() tells who may read every single row from who sees the figure alone, and gives them no common answer", () => {
  const scopes = [member("admin"), member("trainee"), ADMIN, SERVICE].map((caller) =>
    deriveScope(GUARDED, caller, sha256)
  );
  assert.deepEqual(scopes.map(({ is_insider = false }) => is_insider), [true, false, true, true]);
  const [admin, trainee] = scopes;
  assert.deepEqual(admin?.restriction, trainee?.restriction);
  assert.notEqual(admin?.label, trainee?.label);
});

Deno.test("deriveScope() makes nobody an insider of a resource whose minimum sample excepts no role", () => {
  const guarded: Resource = { ...GUARDED, minimum_sample: { column: "samples", at_least: 5 } };
  for (const caller of [member("admin"), ADMIN, SERVICE]) {
    assert.equal(deriveScope(guarded, caller, sha256).is_insider, undefined);
  }
});

Deno.test("no two members share a label unless they may read the same rows", () => {
  const callers = ["acme", "bert"].flatMap((org_id) =>
    ["admin", "manager", "trainee"].flatMap((org_role) =>
      ["anna", "bela"].map((subject): Caller => ({ kind: "user", subject, is_admin: false, org_id, org_role }))
    )
  );
  const byLabel = new Map<string, string>();
  for (const caller of callers) {
    const { label, restriction } = deriveScope(resourceFor(MEMBERS), caller, sha256);
    const rows = JSON.stringify(restriction);
    assert.equal(byLabel.get(label) ?? rows, rows);
    byLabel.set(label, rows);
  }
  assert.equal(byLabel.size, 2 * (1 + 2 + 2));
});
