import assert from "node:assert/strict";
import { sha256 } from "../../../shared/adapters/runtime/sha256.ts";
import type { Caller } from "../../../shared/access/caller.ts";
import { otherPerson } from "../../../shared/access/other_person.ts";
import { deriveScope } from "../../../shared/access/scope.ts";
import { progress } from "../../support/sample_pack/progress.ts";
import { studyDays } from "../../support/sample_pack/study_days.ts";

const ANNA: Caller = { kind: "user", subject: "anna", is_admin: false, org_id: "acme", org_role: "manager" };
const ADMIN: Caller = { ...ANNA, subject: "root", is_admin: true };
const KEY: Caller = { kind: "key", key_name: "default" };
const SERVICE: Caller = { kind: "service" };

/** Whose rows are asked for, by whom; "own" where the caller's own scope holds. */
function asked(caller: Caller, user_id?: string): string {
  const params = user_id === undefined ? {} : { user_id };
  const other = otherPerson(studyDays, caller, params);
  if (other === null) return "own";
  const { column, value, relation, org } = other.scope.restriction ?? assert.fail("it is not restricted");
  assert.deepEqual([column, relation, org, other.relation], ["user_id", null, null, "learners_of_tutor"]);
  return `${value} for ${other.reader ?? "the secret key"}`;
}

Deno.test("otherPerson() knows another person's rows from the caller's own, an administrator's and the secret key's too", () => {
  assert.equal(asked(ANNA), "own");
  assert.equal(asked(ANNA, "anna"), "own");
  assert.equal(asked(ANNA, "bela"), "bela for anna");
  assert.equal(asked(ANNA, "Anna"), "Anna for anna");
  assert.equal(asked(ADMIN), "own");
  assert.equal(asked(ADMIN, "bela"), "bela for root");
  assert.equal(asked(SERVICE, "bela"), "bela for the secret key");
});

Deno.test("a publishable key names nobody, and is refused as by any resource of a person", () => {
  assert.equal(asked(KEY, "bela"), "own");
  assert.throws(() => deriveScope(studyDays, KEY, sha256), { code: "FORBIDDEN" });
});

Deno.test("the secret key has no rows of its own, and is told to name the person", () => {
  assert.throws(() => deriveScope(studyDays, SERVICE, sha256), {
    code: "BAD_REQUEST",
    message:
      "The request is not valid: user_id is required with the secret key, which has no rows of its own: name the person",
    errors: [{
      field: "user_id",
      reason: "is required with the secret key, which has no rows of its own: name the person",
    }],
  });
});

Deno.test("otherPerson() refuses ids that no text of the database can be", () => {
  for (const id of ["a\0b", "\ud800"]) {
    assert.throws(() => asked(ANNA, id), { code: "FORBIDDEN" });
    assert.throws(() => asked({ ...ANNA, subject: id }, "bela"), { code: "FORBIDDEN" });
    assert.throws(() => deriveScope(studyDays, { ...ANNA, subject: id }, sha256), { code: "FORBIDDEN" });
  }
});

Deno.test("a parameter of the same name names nobody in a resource of another scope", () => {
  assert.equal(otherPerson(progress, ANNA, { agent_id: "bela", user_id: "bela" }), null);
});
