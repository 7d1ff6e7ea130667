// The ids of an outside issuer's users and organisations, in TypeScript and in SQL: one table of cases for both.
import { deepEqual, equal } from "node:assert/strict";
import { organisationId } from "../../shared/adapters/supabase/organisation_id.ts";
import { subjectId } from "../../shared/adapters/supabase/subject_id.ts";
import { withConnections } from "../support/rigs/test_database.ts";

const ISSUER = "https://clerk.example.com";

/** Issuer, id, and by Python (uuid.uuid5, as tests/sql/subject_id says) the user's id and the organisation's. */
const CASES: readonly (readonly [string | null, string | null, string | null, string | null])[] = [
  [ISSUER, "user_2abc", "a5200e67-d9bb-518e-9e7b-0aa42787842b", "6e181ca2-a809-5d7a-90f2-12edf6b03d1a"],
  [ISSUER, "org_2abc", "13f8cbc5-43df-5b44-8384-9af8915b293f", "a7b35025-3567-5482-8d76-6b18620b943d"],
  [
    "https://other.example.com",
    "user_2abc",
    "a3c8ebe3-0481-53fc-807d-eff187a1fb82",
    "80290540-405d-5531-90f1-82187e84137c",
  ],
  [ISSUER, "\u00fcser_\u2713", "a7ae97af-e0ce-5d5f-a186-007558dcc9dc", "cb636be6-67c1-568f-b5f9-3eedc275f630"],
  [ISSUER, "\ud83d\ude00", "3334f5aa-c209-5df3-8b77-0fc0de34d545", "6439c378-06ec-523c-b39e-7ecc0b9d154e"],
  [ISSUER, " user_2abc", "f56a831f-0d72-5801-8ce3-05122098cd97", "064b2636-4303-5fc5-8ab0-501241404f11"],
  [ISSUER, "user_2abc ", "68b0776f-d1f3-5065-93a8-6a9cf6db08cd", "ee6da639-79a1-521e-b15b-31b8c4471bc9"],
  [ISSUER, "a\nb", "f5156e54-4216-5faa-8458-0bedef146cee", "0a8753d5-778b-5b63-b2bd-c630e7c12e7d"],
  [ISSUER, "\n", "7fc93f12-2af6-5056-abcd-7ca21c707e04", "2069f468-915f-530d-a5d5-d38d23ab5034"],
  [ISSUER, "a\r\n", "86c41c11-3422-5f43-b674-c9510eb97d7e", "740826b2-d805-5f08-a097-3560b97e2aba"],
  ["x", "y", "607a6a05-8c8c-57b9-95d6-89d62370724a", "8ae04227-fb1c-5d43-93c5-594623b690e5"],
  [
    "https://clerk.example.com/",
    "user_2abc",
    "1628d206-5615-55f2-aaed-1bfec8b148c9",
    "f7d7c257-362a-5fcb-bcf3-3b0afcf9ead5",
  ],
  [ISSUER, "\ufeff", "d83d44eb-ac0a-58da-818c-4b1eff1fbc83", "da0a56a6-435c-5dd8-a551-28b7909b134c"],
  [ISSUER, "\ufffd", "e949ebb9-a1bb-5036-9ef5-9bd1012f8abb", "ba0cdd77-4f92-5e8f-9c18-e56ef28c76fa"],
  [ISSUER, "e\u0301", "858ea5a4-b244-5af9-b37c-3e961ab7636e", "66c00273-e6a7-5a48-89c0-ed5cb1cf97c2"],
  [ISSUER, "\u00e9", "6064270c-91ad-5ebc-9e3a-138aae063e3f", "e99a536a-070b-5c19-9838-72e13699d266"],
  [ISSUER, "0", "11dad1cc-be66-57ce-a176-c0ef387c3be6", "2f252522-82eb-5880-a746-b8c7f8885c44"],
  [ISSUER, "x".repeat(255), "96239f03-a049-5542-9ea1-b4a174dc3fa2", "2a00636a-f4ad-5334-8c28-a4609c23bf3b"],
  ["", "user_2abc", null, null],
  [ISSUER, "", null, null],
  [null, "user_2abc", null, null],
  [ISSUER, null, null, null],
  ["https://clerk.example.com\nm", "user_2abc", null, null],
  ["\n", "user_2abc", null, null],
  ["https://clerk.example.com\n", "user_2abc", null, null],
  [ISSUER, "user\u0000", null, null],
  [ISSUER, "\u0000", null, null],
  ["https://clerk.example.com\u0000", "user_2abc", null, null],
  [ISSUER, "\ud800", null, null],
  [ISSUER, "\udfff", null, null],
  [ISSUER, "x\udfffy", null, null],
  ["\ud800", "user_2abc", null, null],
];

Deno.test("SQL and TypeScript make the same ids of issuer and id, and refuse the same: what is empty, ambiguous or no text of a database", async () => {
  await withConnections(1, async ([sql]) => {
    if (sql === undefined) throw new Error("no connection");
    for (const [issuer, id, user_id, org_id] of CASES) {
      const what = JSON.stringify([issuer, id]);
      // As ids come from tokens and messages: within JSON. What JSON of the database cannot hold has no id.
      const rows: readonly Readonly<Record<string, unknown>>[] = await sql`
        select
          freshet.subject_id(c.pair ->> 0, c.pair ->> 1) as user_id,
          freshet.organisation_id(c.pair ->> 0, c.pair ->> 1) as org_id
        from (select ${what}::text::jsonb as pair) as c`.catch((error) => {
        equal(error.code.startsWith("22P0"), true, `${what}: ${error.code}`);
        return [{ user_id: null, org_id: null }];
      });
      deepEqual([rows[0]?.["user_id"], rows[0]?.["org_id"]], [user_id, org_id], `in SQL: ${what}`);
      if (issuer === null || id === null) continue;
      deepEqual([subjectId(issuer, id), organisationId(issuer, id)], [user_id, org_id], `in TypeScript: ${what}`);
    }
  });
});
