import assert from "node:assert/strict";
import { subjectId } from "../../../../shared/adapters/supabase/subject_id.ts";

// From Python: n = uuid.uuid5(uuid.NAMESPACE_URL, "https://freshet.dev/subjects"); uuid.uuid5(n, issuer + "\n" + sub).
// tests/sql/subject_id has the same for the function in SQL.
const VECTORS: readonly (readonly [string, string, string])[] = [
  ["https://clerk.example.com", "user_2abc", "a5200e67-d9bb-518e-9e7b-0aa42787842b"],
  ["https://other.example.com", "user_2abc", "a3c8ebe3-0481-53fc-807d-eff187a1fb82"],
  ["https://clerk.example.com", "üser_✓", "a7ae97af-e0ce-5d5f-a186-007558dcc9dc"],
  ["https://clerk.example.co", "m\nuser_2abc", "08aea6b9-5038-5039-bf8e-98c14db995b3"],
  // The id of an organisation makes another uuid here than there: the namespaces differ.
  ["https://clerk.example.com", "org_2abc", "13f8cbc5-43df-5b44-8384-9af8915b293f"],
];

for (const [issuer, subject, expected] of VECTORS) {
  Deno.test(`the user ${JSON.stringify(subject)} of ${issuer} has the uuid v5 that Python computes`, () => {
    assert.equal(subjectId(issuer, subject), expected);
  });
}

Deno.test("a missing part, an issuer with a line break, or text that no database holds makes no user", () => {
  assert.equal(subjectId("", "user_2abc"), null);
  assert.equal(subjectId("https://clerk.example.com", ""), null);
  assert.equal(subjectId("https://clerk.example.co\nm", "user_2abc"), null);
  for (const id of ["user\0", "\ud800", "\udfff"]) assert.equal(subjectId("https://clerk.example.com", id), null);
});
