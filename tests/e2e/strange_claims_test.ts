// Claims of every type, spelling and length against every resource, through the real function and the real database.
import { equal, ok } from "node:assert/strict";
import { fullName, type Resource } from "../../shared/resource/resource.ts";
import { demoUsers } from "../../stack/demo_users.ts";
import { DEMO_TOKENS } from "../../stack/tokens.ts";
import { resources } from "../../tools/resources.ts";
import { challenge, memberAgent, plantArena } from "../support/fixtures/arena.ts";
import { dice, pick } from "../support/random/dice.ts";
import { e2e } from "../support/rigs/e2e.ts";
import { asUser, type Product, startProduct } from "../support/rigs/product.ts";
import { proofs } from "../support/random/proofs.ts";
import { sampleQuery, sampleRow } from "../support/fixtures/sample_values.ts";
import { NO_IDS, STRANGE_IDS, withClaims } from "../support/fixtures/strange_claims.ts";
import { organisations, plantTraining } from "../support/fixtures/training.ts";

let product: Product;

Deno.test.beforeAll(async () => {
  product = await startProduct({ variables: { FRESHET_RATE_LIMITS: "none" } });
  await plantArena(product.sql);
  await plantTraining(product.sql);
});
Deno.test.afterAll(() => product.stop());

/** A question of the resource about planted rows, as far as it has to name some, or about a person's. */
function pathOf(resource: Resource, person: string | null = null): string {
  const planted: Record<string, string> = { agent_id: memberAgent, challenge_id: challenge };
  const asked = Object.entries(sampleQuery(resource, sampleRow(resource, 1)))
    .map(([name, value]) => [name, planted[name] ?? value]);
  const { access } = resource;
  if (access.scope === "person" && person !== null) asked.push([access.param, person]);
  return `/${fullName(resource)}?${new URLSearchParams(asked)}`;
}

/** Whether some of the rows are a person's or an organisation's, and not for everybody who is admitted. */
function hasOwners({ access }: Resource): boolean {
  return access.scope === "member" || "column" in access;
}

interface Claims {
  readonly sub: unknown;
  readonly org_id?: unknown;
  readonly org_role?: unknown;
}

/** Fails unless these claims read nothing that is somebody's, without an error. */
async function readsNothing(resource: Resource, claims: Claims, person: string | null = null): Promise<number> {
  const response = await product.get(pathOf(resource, person), await withClaims(product.stack, { ...claims }));
  const body = await response.text();
  const what = `${fullName(resource)} of ${person} as ${
    JSON.stringify(claims).slice(0, 300)
  }: ${response.status} ${body}`;
  ok(response.status < 500, what);
  ok(!body.includes("canary-"), what);
  if (response.status === 200 && hasOwners(resource)) equal(JSON.parse(body).meta.row_count, 0, what);
  return response.status;
}

e2e("every demo token is answered by every resource without an error", async () => {
  for (const name of DEMO_TOKENS) {
    for (const resource of resources) {
      const response = await product.get(pathOf(resource), asUser(product.stack, product.stack.tokens[name] ?? ""));
      await response.body?.cancel();
      ok([200, 403].includes(response.status), `${fullName(resource)} as ${name}: ${response.status}`);
    }
  }
});

e2e("users and organisations that can own no row read nothing, and break nothing", async () => {
  const roll = dice(20_261_129);
  const ROLES = ["admin", "manager", "trainee", "owner", "", "\0", "constructor", null, 7, ["admin"]];
  const found: Record<number, number> = {};
  const tries = proofs(150, 8_000);
  const asking = Array.from({ length: 10 }, async () => {
    for (let count = 0; count < tries / 10; count += 1) {
      const resource = pick(roll, resources);
      const strange = () => roll(4) === 0 ? pick(roll, NO_IDS) : pick(roll, STRANGE_IDS);
      const claims = { sub: strange(), org_id: strange(), org_role: pick(roll, ROLES) };
      const person = roll(2) === 0 ? null : pick(roll, [...STRANGE_IDS, "u1", memberAgent, demoUsers.member]);
      const status = await readsNothing(resource, claims, person);
      found[status] = (found[status] ?? 0) + 1;
    }
  });
  await Promise.all(asking);
  for (const status of [200, 401, 403]) ok((found[status] ?? 0) > tries / 25, JSON.stringify(found));
});

e2e(
  "a user of a real organisation whose own id is strange reads what is strange people's: nothing of others",
  async () => {
    const { id } = organisations.first;
    const roles = ["manager", "trainee"] as const;
    // In every run each id asks every fourth resource, as one of the two; in the proofs all of them, as both.
    const EVERY = proofs(4, 1);
    const asked = resources.filter(({ access }) => access.scope === "member");
    for (const [at, resource] of asked.entries()) {
      for (const [nth, sub] of STRANGE_IDS.entries()) {
        if ((at + nth) % EVERY !== 0) continue;
        for (const org_role of EVERY === 1 ? roles : roles.filter((_, turn) => turn === Math.floor(nth / EVERY) % 2)) {
          const headers = await withClaims(product.stack, { sub, org_id: id, org_role });
          const response = await product.get(pathOf(resource), headers);
          const body = await response.text();
          const what = `${fullName(resource)} as ${org_role} ${JSON.stringify(sub)}: ${response.status} ${body}`;
          ok(response.status === 200 || response.status === 403, what);
          if (response.status === 200) {
            const { data } = JSON.parse(body);
            for (const row of data) equal(row.user_id ?? row.manager_id, sub, what);
          }
        }
      }
    }
  },
);

e2e("what an operator asks the lists for is refused or not found, whatever it holds", async () => {
  const { secretKey } = product.stack.keys;
  for (const [list, field] of [["incidents", "job"], ["jobs", "job"], ["jobs", "cursor"], ["runs", "job"]]) {
    for (const id of STRANGE_IDS) {
      const asked = new URLSearchParams([[field ?? "", id]]);
      const response = await product.get(`/ops/${list}?${asked}`, { apikey: secretKey });
      const body = await response.text();
      ok([200, 400].includes(response.status), `${list}?${asked}: ${response.status} ${body}`);
    }
  }
});
