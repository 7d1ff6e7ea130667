import { deepEqual } from "node:assert/strict";
import { decodeJwt } from "jose";
import { demoTokens } from "../../../../stack/tokens.ts";

Deno.test("demoTokens() of the training pack name one organisation and three roles, and no administrator of Freshet", async () => {
  const tokens = await demoTokens({ jwtSecret: "a".repeat(40), issuer: "http://127.0.0.1:1/auth/v1" });
  const payloads = ["org_admin", "manager", "trainee"].map((name) => decodeJwt(tokens[name] ?? ""));
  deepEqual(payloads.map(({ sub, org_role }) => [sub, org_role]), [
    ["demo-org-admin", "admin"],
    ["demo-manager", "manager"],
    ["oulad-287432", "trainee"],
  ]);
  // What Postgres answers to select md5('oulad:module:DDD')::uuid.
  deepEqual(
    payloads.map(({ org_id, is_admin }) => [org_id, is_admin]),
    Array(3).fill(["a917bbda-a9a1-ed36-e89f-967635453173", undefined]),
  );
});
