// The read function and the database must know the same caller: the project's own tokens through callerOf() and freshet.own_claims().
import { deepEqual, ok } from "node:assert/strict";
import { claimPaths } from "../../shared/adapters/runtime/environment.ts";
import { callerOf } from "../../shared/adapters/supabase/token_claims.ts";
import { CLAIM_FAULTS } from "../support/fixtures/claim_faults.ts";
import { environmentWith } from "../support/fixtures/tokens.ts";
import { withConnections } from "../support/rigs/test_database.ts";

/** Each of the settings, and the name of it in the database. */
const NAMES = { FRESHET_CLAIM_ORG: "org", FRESHET_CLAIM_ORG_ROLE: "org_role", FRESHET_CLAIM_ADMIN: "admin" } as const;

const SETTINGS: readonly Partial<Record<keyof typeof NAMES, string>>[] = [
  {},
  { FRESHET_CLAIM_ORG: "app_metadata.org_id" },
  { FRESHET_CLAIM_ADMIN: "app_metadata.is_admin", FRESHET_CLAIM_ORG_ROLE: '["https://example.com/role"]' },
  { FRESHET_CLAIM_ORG: '["app_metadata","org","0"]', FRESHET_CLAIM_ADMIN: "org_id" },
];

const IDS = ["acme", "", "x".repeat(255), "x".repeat(256), "\u{1f600}".repeat(255), "é\n", 7, true, null, undefined];

/** What each claim may be; undefined leaves it out. */
const VALUES: Readonly<Record<string, readonly unknown[]>> = {
  org_id: [...IDS, ["acme"], { acme: true }],
  org_role: IDS,
  is_admin: [true, "true", 1, {}, [true], false, null, undefined],
  app_metadata: [
    ...IDS.map((org_id) => ({ org_id })),
    { is_admin: true },
    { is_admin: "true" },
    { is_admin: [true] },
    { org: ["acme"] },
    { org: { 0: "acme" } },
    [{ org_id: "acme", is_admin: true }],
    "org_id",
    null,
  ],
  "https://example.com/role": IDS,
  user_metadata: [{ org_id: "mine", is_admin: true }],
};

Deno.test("the database and the read function read the same organisation, role and right, wherever the settings say they are", async () => {
  await withConnections(1, async ([sql]) => {
    if (sql === undefined) throw new Error("no connection");
    const found = { admins: 0, members: 0, others: 0 };
    try {
      for (const settings of SETTINGS) {
        const paths = claimPaths(environmentWith(settings));
        await sql`select freshet.use_claims(${JSON.stringify(paths)}::text::jsonb)`;
        const names = Object.keys(VALUES);
        for (const [index, one] of names.entries()) {
          for (const two of names.slice(index + 1)) {
            const tokens = (VALUES[one] ?? []).flatMap((first) =>
              (VALUES[two] ?? []).map((second) => ({
                sub: "anna",
                role: "authenticated",
                exp: 2e9,
                [one]: first,
                [two]: second,
              }))
            );
            const rows: readonly Record<string, unknown>[] = await sql`
              select freshet.claimed_text(c.claims, '{org_id}') as org_id, freshet.claimed_text(c.claims, '{org_role}') as org_role,
                coalesce(c.claims -> 'is_admin' = 'true', false) as is_admin, c.claims - '{org_id,org_role,is_admin}'::text[] as others,
                t.token - '{org_id,org_role,is_admin}'::text[] as others_before
              from jsonb_array_elements(${JSON.stringify(tokens)}::text::jsonb) with ordinality as t (token, n),
                lateral freshet.own_claims(t.token) as c (claims)
              order by t.n`;
            for (const [n, token] of tokens.entries()) {
              const caller = callerOf(JSON.parse(JSON.stringify(token)), paths)?.caller;
              if (caller?.kind !== "user") throw new Error(`no caller of ${JSON.stringify(token)}`);
              const { others, others_before, ...there } = rows[n] ?? {};
              const { org_id, org_role, is_admin } = caller;
              deepEqual(there, { org_id, org_role, is_admin }, JSON.stringify({ settings, token }));
              deepEqual(others, others_before);
              found[is_admin ? "admins" : org_id === null ? "others" : "members"] += 1;
            }
          }
        }
      }
    } finally {
      await sql`select freshet.use_claims('{}')`;
    }
    ok(Object.values(found).every((count) => count > 100), JSON.stringify(found));
  });
});

Deno.test("the database refuses each place of a claim that the functions refuse, names the setting and repeats no value", async () => {
  await withConnections(1, async ([sql]) => {
    if (sql === undefined) throw new Error("no connection");
    const wrong: string[] = [];
    for (const { name, text, path } of CLAIM_FAULTS) {
      const paths = JSON.stringify({ [NAMES[name]]: path ?? text });
      const error = await sql`select freshet.use_claims(${paths}::text::jsonb)`
        .then(() => null, (thrown: Error & { readonly code?: string }) => thrown);
      const is_clear = error?.code === "22023" && error.message.startsWith(`${NAMES[name]} must`) &&
        !error.message.includes("planted");
      if (!is_clear) wrong.push(`${paths}: ${error?.message ?? "taken"}`);
    }
    deepEqual(wrong, []);
    deepEqual([...await sql`select org_id_path, is_admin_path from freshet.claim_paths`], [
      { org_id_path: ["org_id"], is_admin_path: ["is_admin"] },
    ]);
  });
});
