import assert from "node:assert/strict";
import { misconfigured } from "../../../../shared/kernel/app_error.ts";
import { CacheFigures } from "../../../../shared/cache/figures.ts";
import { createHandler } from "../../../../shared/http/handler.ts";
import { FakeClock } from "../../../support/fakes/clock.ts";
import { notedFaults } from "../../../support/fakes/noted_faults.ts";

for (const is_operator of [true, false]) {
  Deno.test(`what a deployment has left out is told ${is_operator ? "to an operator, with the remedy" : "to no other caller"}`, async () => {
    const lines: string[] = [];
    const route = () => Promise.reject(misconfigured("planted fault", "planted remedy"));
    const site = {
      cors: "*",
      routes: new Map([["/analytics/x", route]]),
      posts: new Map(),
      deletes: new Map(),
      figures: new CacheFigures(0),
      isOperator: () => is_operator,
      faults: notedFaults().faults,
    } as const;
    const options = { clock: new FakeClock(), log: (line: string) => void lines.push(line) };
    const response = await createHandler(() => Promise.resolve(site), options)(
      new Request("http://127.0.0.1/analytics/x"),
    );
    const { status, remedy, detail } = await response.json();
    assert.equal(status, 500);
    assert.equal(remedy, is_operator ? "planted remedy" : undefined);
    assert.doesNotMatch(detail, /planted/);
    assert.match(lines[0] ?? "", /"defect":"planted fault: planted remedy"/);
  });
}
