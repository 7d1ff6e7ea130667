import assert from "node:assert/strict";
import { sha256 } from "../../../../shared/adapters/runtime/sha256.ts";
import { AppError } from "../../../../shared/kernel/app_error.ts";
import { FastPath } from "../../../../shared/http/fast_path.ts";
import { checkerOf } from "../../../../shared/http/request/questions.ts";
import { parameter } from "../../../../shared/resource/resource.ts";
import { activeLearningDays } from "../../../support/sample_pack/active_learning_days.ts";
import { sampleQuery, sampleRow } from "../../../support/fixtures/sample_values.ts";
import { resources } from "../../../../tools/resources.ts";

Deno.test("a count that CSV cannot show is refused, however CSV was asked for, and is told where JSON is", () => {
  const ours = {
    ...activeLearningDays,
    total: "total",
    params: activeLearningDays.params.extend({ total: parameter.flag() }),
  };
  const counted = [...resources, ours].filter(({ total, formats }) => total !== undefined && formats.includes("csv"));
  assert.ok(counted.length > 0);
  for (const resource of counted) {
    const ask = new FastPath().rememberQuestions(checkerOf(resource, sha256));
    const required = new URLSearchParams(sampleQuery(resource, sampleRow(resource, 1)));
    const asking = (total: boolean) => new URLSearchParams([...required, [`${resource.total}`, `${total}`]]).toString();
    const query = asking(true);
    for (
      const [search, accept] of [[`${query}&format=csv`, null], [query, "text/csv"], [
        query,
        "application/json;q=0.1, text/csv",
      ]] as const
    ) {
      for (const attempt of [1, 2]) {
        assert.throws(() => ask(search, accept), (thrown) => {
          assert.ok(thrown instanceof AppError && thrown.status === 400, `${attempt}`);
          assert.match(thrown.message, /total is told in meta, which CSV does not have/);
          return true;
        });
      }
    }
    assert.equal(ask(query, null).format, "json");
    assert.equal(ask(`${asking(false)}&format=csv`, null).format, "csv");
  }
});
