import assert from "node:assert/strict";
import { asAppError } from "../../../../shared/http/response/problem.ts";

/** An error as it is thrown in this file of a deployment. */
function thrownAt(file: string): TypeError {
  const error = new TypeError("a value of somebody");
  error.stack = `TypeError: a value of somebody\n    at read (file:///var/tmp/project/${file}:12:5)`;
  return error;
}

for (const file of ["shared/read/page.ts", "shared/packs/arena/agents.ts", "packs/arena/resources/agents.ts"]) {
  Deno.test(`asAppError() names the place of a stranger's error in ${file}, and nothing that the error says`, () => {
    assert.equal(asAppError(thrownAt(file)).defect, `TypeError at ${file}:12`);
  });
}

Deno.test("asAppError() names no place outside of the project", () => {
  assert.equal(asAppError(thrownAt("node_modules/zod/index.js")).defect, "TypeError at an unknown place");
});
