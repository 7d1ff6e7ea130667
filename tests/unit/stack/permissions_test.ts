import assert from "node:assert/strict";
import { permissionsOf } from "../../../stack/functions/permissions.ts";

function reached(environment: Record<string, string>): string[] {
  const [net = ""] = permissionsOf({ environment, optional: [], port: 1 });
  return net.replace("--allow-net=", "").split(",");
}

Deno.test("an isolate reaches the hosts that its variables name, also inside JSON, and no other", () => {
  const profiles = [{ issuer: "https://a.example.com", jwks_url: "http://127.0.0.1:8123/keys", audience: "x" }];
  assert.deepEqual(reached({ ONE: "https://b.example.com/path", FRESHET_ISSUERS: JSON.stringify(profiles) }), [
    "127.0.0.1:1",
    "b.example.com:443",
    "a.example.com:443",
    "127.0.0.1:8123",
  ]);
  assert.deepEqual(reached({ ONE: "text with https://c.example.com", TWO: '{"default":"sb_1"}' }), ["127.0.0.1:1"]);
});
