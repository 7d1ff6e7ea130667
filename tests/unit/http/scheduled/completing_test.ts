import assert from "node:assert/strict";
import { AppError } from "../../../../shared/kernel/app_error.ts";
import { completing } from "../../../../shared/http/scheduled/completing.ts";

const request = new Request("http://127.0.0.1/nightly", { method: "POST", headers: { "freshet-call-id": "17" } });

Deno.test("completing() leaves the work as it is when the ledger cannot be written", async () => {
  const lines: string[] = [];
  const options = {
    ledger: () => ({ complete: () => Promise.reject(new Error("apikey=sb_secret_planted at db.example.org")) }),
    report: (line: string) => void lines.push(line),
  };
  assert.equal(await completing(request, options, () => Promise.resolve("done")), "done");
  const failing = () => Promise.reject(new AppError("SOURCE_UNAVAILABLE", { detail: "The database does not answer" }));
  await assert.rejects(completing(request, options, failing), { code: "SOURCE_UNAVAILABLE" });
  assert.deepEqual(lines.map((line) => JSON.parse(line).completion), ["not written", "not written"]);
  assert.ok(!lines.join().includes("planted"));
});

Deno.test("completing() reads no environment for a call by hand", async () => {
  const byHand = new Request("http://127.0.0.1/nightly", { method: "POST" });
  const ledger = () => assert.fail("nothing to write, nothing to connect");
  assert.equal(await completing(byHand, { ledger, report: assert.fail }, () => Promise.resolve(1)), 1);
});
