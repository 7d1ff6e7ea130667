import { equal } from "node:assert/strict";
import { AppError } from "../../shared/kernel/app_error.ts";
import { problem } from "../../shared/http/response/problem.ts";
import { printedProblem } from "../support/documents/printed_problem.ts";

Deno.test("printedProblem() finds the API's problem in what a block printed, and takes an answer for none", async () => {
  const error = new AppError("BAD_REQUEST", { detail: "The request is not valid: challenge_id is required" });
  const refused = await problem(error, "r-1", { is_operator: true }).text();
  equal(printedProblem(`HTTP/1.1 400 Bad Request\n\n${refused}`), refused);
  equal(printedProblem('{"data":[{"error_code":"BAD_REQUEST","code":"CMA"}],"meta":{}}'), null);
  equal(printedProblem(""), null);
});
