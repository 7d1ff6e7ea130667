// FRESHET_ISSUERS has one notation and two readers: what the functions refuse at their start, the database refuses too.
import { deepEqual, equal } from "node:assert/strict";
import { FAULTS, GOOD, SHORT } from "../support/fixtures/issuer_faults.ts";
import { environmentWith } from "../support/fixtures/tokens.ts";
import { withConnections } from "../support/rigs/test_database.ts";

/** Every field once, in its other form too. */
const TAKEN: readonly unknown[] = [
  [SHORT],
  [GOOD, SHORT],
  [{ ...GOOD, audience: ["a", "b"], allowed_azp: ["c"], algorithms: ["ES256"], roles: {}, claims: {} }],
  [{
    ...SHORT,
    claims: { sub: "a.b", org_id: ["https://x.example/org"], org_role: "o.r", is_admin: "m.a" },
    roles: { "org:admin": "admin", "": "trainee" },
    organisations: "uuid",
    subjects: "derived",
    requires_role: true,
    refuse_actor: false,
  }],
];

Deno.test("the database refuses each fault of a profile that the functions refuse, names its place and repeats no value", async () => {
  await withConnections(1, async ([sql]) => {
    if (sql === undefined) throw new Error("no connection");
    const use = (profiles: unknown) => sql`select freshet.use_issuers(${JSON.stringify(profiles)}::text::jsonb)`;
    const stored = async () =>
      (await sql`select issuer from freshet.token_issuers order by issuer`).map((row) => row["issuer"]);
    try {
      for (const profiles of TAKEN) {
        environmentWith({ FRESHET_ISSUERS: JSON.stringify(profiles) });
        await use(profiles);
      }
      deepEqual(await stored(), [SHORT.issuer]);
      const taken: string[] = [];
      const unclear: string[] = [];
      let refused = 0;
      for (const { what, profiles, is_taken_by_database } of FAULTS) {
        if (is_taken_by_database) continue;
        const error = await use(profiles).then(() => null, (error: Error & { code?: string }) => error);
        if (error === null) {
          taken.push(what);
          await use([SHORT]);
          continue;
        }
        refused += 1;
        const { code, message } = error;
        const is_clear = code === "22023" && /issuer|profile|subjects/.test(message) && !message.includes("planted");
        if (!is_clear) unclear.push(`${what}: ${code} ${message}`);
      }
      deepEqual({ taken, unclear }, { taken: [], unclear: [] });
      equal(refused, 54);
      deepEqual(await stored(), [SHORT.issuer], "a refused list changed something");
    } finally {
      await use([]);
    }
  });
});
