// The read function and the database must know the same caller: the same tokens through callerOfProfile() and freshet.mapped_claims().
import { deepEqual, ok } from "node:assert/strict";
import { callerOfProfile } from "../../shared/adapters/supabase/profile_claims.ts";
import { environmentWith } from "../support/fixtures/tokens.ts";
import { withConnections } from "../support/rigs/test_database.ts";

const ISSUER = "https://clerk.example.com";
const CLERK = { preset: "clerk", issuer: ISSUER, allowed_azp: ["app"] };
const ORG = "b0000000-0000-4000-8000-000000000001";

const PROFILES: readonly Record<string, unknown>[] = [
  CLERK,
  { ...CLERK, claims: { is_admin: ["metadata", "is_admin"] }, refuse_actor: false, requires_role: true },
  { ...CLERK, claims: { sub: "o.user", org_role: "role" }, roles: { admin: "manager", authenticated: "trainee" } },
  {
    issuer: ISSUER,
    jwks: [],
    allowed_azp: ["app", "b"],
    claims: { org_id: "org", org_role: "o.rol" },
    organisations: "uuid",
  },
];

/** What each claim may be; undefined leaves it out. */
const VALUES: Readonly<Record<string, readonly unknown[]>> = {
  sub: [
    "user_2abc",
    "",
    null,
    7,
    ["user_2abc"],
    "x".repeat(255),
    "x".repeat(256),
    "\u{1f600}".repeat(255),
    "é\n",
    undefined,
  ],
  azp: ["app", "b", "APP", ["app"], { app: true }, null, undefined],
  role: ["authenticated", "anon", "service_role", "admin", ["authenticated"], null, undefined],
  act: [undefined, { sub: "x" }, null, false],
  sts: [undefined, "active", "pending", ["pending"], null],
  metadata: [undefined, { is_admin: true }, { is_admin: "true" }, { is_admin: 1 }, [{ is_admin: true }], true, null],
  o: [
    { id: "org_2abc", rol: "admin", user: "user_o" },
    { id: "org_2abc", rol: "org:admin" },
    { id: "", rol: "admin" },
    { id: 7, rol: ["admin"] },
    { rol: "constructor", user: "__proto__" },
    [{ id: "org_2abc" }],
    "org_2abc",
    null,
    undefined,
  ],
  org: [ORG, ORG.toUpperCase().replace("B", "A"), `{${ORG}}`, "org_2abc", 7, null, undefined],
};

const PLAIN = {
  sub: "user_2abc",
  azp: "app",
  role: "authenticated",
  o: { id: "org_2abc", rol: "admin", user: "u" },
  org: ORG,
};

Deno.test("the database and the read function make the same caller of a token, or both none, whatever its claims are", async () => {
  await withConnections(1, async ([sql]) => {
    if (sql === undefined) throw new Error("no connection");
    const found = { callers: 0, refused: 0 };
    try {
      for (const given of PROFILES) {
        const [profile] = environmentWith({ FRESHET_ISSUERS: JSON.stringify([given]) }).FRESHET_ISSUERS;
        if (profile === undefined) throw new Error("no profile");
        await sql`select freshet.use_issuers(${JSON.stringify([given])}::text::jsonb)`;
        const names = Object.keys(VALUES);
        for (const [index, one] of names.entries()) {
          for (const two of names.slice(index + 1)) {
            const tokens = (VALUES[one] ?? []).flatMap((first) =>
              (VALUES[two] ?? []).map((second) => ({ ...PLAIN, iss: ISSUER, [one]: first, [two]: second, exp: 2e9 }))
            );
            const rows = await sql`
              select freshet.mapped_claims(t.token) as claims
              from jsonb_array_elements(${
              JSON.stringify(tokens)
            }::text::jsonb) with ordinality as t (token, n) order by t.n`;
            for (const [n, token] of tokens.entries()) {
              const caller: unknown = callerOfProfile(JSON.parse(JSON.stringify(token)), profile)?.caller;
              const { sub, is_admin, org_id = null, org_role = null }: Record<string, unknown> = rows[n]?.["claims"] ??
                {};
              const there: unknown = sub === undefined
                ? undefined
                : { kind: "user", subject: sub, is_admin, org_id, org_role };
              deepEqual(there, caller, JSON.stringify({ given, token }));
              found[caller === undefined ? "refused" : "callers"] += 1;
            }
          }
        }
      }
    } finally {
      await sql`select freshet.use_issuers('[]')`;
    }
    ok(found.callers > 500 && found.refused > 500, JSON.stringify(found));
  });
});
