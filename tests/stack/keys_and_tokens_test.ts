import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { join } from "node:path";
import { importJWK, jwtVerify } from "jose";
import { loadKeys } from "../../stack/keys.ts";
import { demoUsers } from "../../stack/demo_users.ts";
import { demoTokens, localJwks, mintToken } from "../../stack/tokens.ts";

const jwtSecret = "a-string-that-is-long-enough-for-hs256-signing";
const issuer = "http://127.0.0.1:54321/auth/v1";

async function verify(token: string) {
  const [key] = JSON.parse(localJwks(jwtSecret)).keys;
  return await jwtVerify(token, await importJWK(key), { issuer, audience: "authenticated", algorithms: ["HS256"] });
}

Deno.test("loadKeys() makes keys once, readable by their owner only, and finds them again", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const keys = await loadKeys(folder);
    deepEqual(await loadKeys(folder), keys);
    equal(new Set(Object.values(keys)).size, 5);
    match(keys.cronKey, /^sb_secret_/);
    equal(((await Deno.stat(join(folder, "keys.json"))).mode ?? 0) & 0o777, 0o600);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("loadKeys() names the file when it holds something else", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(join(folder, "keys.json"), "{}");
    await rejects(loadKeys(folder), /keys\.json does not hold the stack's keys[\s\S]*delete it/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("demoTokens() are verified by the local key set, and only the admin's says so", async () => {
  const tokens = await demoTokens({ jwtSecret, issuer });
  const admin = await verify(tokens.admin);
  const member = await verify(tokens.member);
  const other = await verify(tokens.other_tenant);
  deepEqual(admin.protectedHeader, { alg: "HS256", typ: "JWT", kid: "local" });
  deepEqual([admin, member, other].map(({ payload }) => payload.is_admin), [true, undefined, undefined]);
  deepEqual([admin, member, other].map(({ payload }) => payload.sub), Object.values(demoUsers));
  equal(admin.payload.org_id, member.payload.org_id);
  ok(other.payload.org_id !== member.payload.org_id);
});

Deno.test("mintToken() can make one that has expired", async () => {
  const token = await mintToken({ jwtSecret, issuer, subject: demoUsers.member, lifetimeSeconds: -60 });
  await rejects(verify(token), { code: "ERR_JWT_EXPIRED" });
});
