import assert from "node:assert/strict";
import { organisationId } from "../../../../shared/adapters/supabase/organisation_id.ts";

// From Python: n = uuid.uuid5(uuid.NAMESPACE_URL, "https://freshet.dev/organisations"); uuid.uuid5(n, issuer + "\n" + id).
// tests/sql/organisation_id has the same for the function in SQL.
const VECTORS: readonly (readonly [string, string, string])[] = [
  ["https://clerk.example.com", "org_2abc", "a7b35025-3567-5482-8d76-6b18620b943d"],
  ["https://other.example.com", "org_2abc", "fb81a374-4dff-5721-b02c-ee791a84d821"],
  ["https://clerk.example.com", "örg_✓", "0ca34d46-ac64-5c2a-8cd1-46098dbe5f33"],
  ["https://clerk.example.co", "m\norg_2abc", "de1222d9-dd96-5ac6-b877-4ff77028cb6a"],
];

for (const [issuer, external_id, expected] of VECTORS) {
  Deno.test(`the organisation ${JSON.stringify(external_id)} of ${issuer} has the uuid v5 that Python computes`, () => {
    assert.equal(organisationId(issuer, external_id), expected);
  });
}

Deno.test("a missing part, or an issuer with a line break, makes no organisation", () => {
  assert.equal(organisationId("", "org_2abc"), null);
  assert.equal(organisationId("https://clerk.example.com", ""), null);
  assert.equal(organisationId("https://clerk.example.co\nm", "org_2abc"), null);
});
