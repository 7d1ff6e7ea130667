/** Passed and failed test cases of a JUnit report as `deno test --junit-path` writes it; steps are not counted. */
export function countResults(report: string): { passed: number; failed: number } {
  const suites = [...report.matchAll(/<testsuite [^>]*>/g)].map(([tag]) => tag);
  const total = sumOf(suites, "tests");
  const failed = sumOf(suites, "failures") + sumOf(suites, "errors");
  return { passed: total - failed - sumOf(suites, "disabled"), failed };
}

function sumOf(tags: readonly string[], attribute: string): number {
  return tags.reduce((sum, tag) => sum + Number(new RegExp(` ${attribute}="(\\d+)"`).exec(tag)?.[1] ?? 0), 0);
}
