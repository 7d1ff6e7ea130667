import type { FieldError } from "../../kernel/app_error.ts";

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/**
 * Finds periods in the wrong order among the parameters: days named `from` and `to`, or `week_from` and `week_to`. An empty
 * answer would look like a time in which nothing happened.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(periodFaults({ from: "2026-01-01", to: "2026-01-01" }), []);
 * assert.equal(periodFaults({ from: "2026-02-01", to: "2026-01-01" })[0]?.field, "to");
 * ```
 */
export function periodFaults(params: Readonly<Record<string, unknown>>): FieldError[] {
  return Object.keys(params).filter((name) => /^(?:\w+_)?from$/.test(name)).flatMap((from) => {
    const to = from.replace(/from$/, "to");
    const first = params[from];
    const last = params[to];
    const are_days = typeof first === "string" && typeof last === "string" && DAY.test(first) && DAY.test(last);
    if (!are_days || first <= last) return [];
    return [{ field: to, reason: `must not be before ${from}: exchange the two, or leave one out` }];
  });
}
