/** A failed test case of a report. */
export interface Failure {
  /** The file, as Deno names it. */
  readonly file: string;
  readonly name: string;
  /** The error and its stack trace. */
  readonly text: string;
}

/** Numbers of passed and failed test cases, including steps, in a JUnit report of `deno test --junit-path`. */
export function countResults(report: string): { passed: number; failed: number } {
  const suites = [...report.matchAll(/<testsuite [^>]*>/g)].map(([tag]) => tag);
  const total = sumOf(suites, "tests");
  const failed = sumOf(suites, "failures") + sumOf(suites, "errors");
  return { passed: total - failed - sumOf(suites, "disabled"), failed };
}

/** The failed test cases of the report. */
export function readFailures(report: string): Failure[] {
  return report.split("<testcase ").slice(1).flatMap((testcase) => {
    const text = /<failure[^>]*>([^<]*)<\/failure>/.exec(testcase)?.[1];
    if (text === undefined) return [];
    return [{ file: attribute(testcase, "classname"), name: attribute(testcase, "name"), text: unescapeXml(text) }];
  });
}

/**
 * A failure with at most `lineLimit` lines of its text, for the end of the run's output. Left out is the middle: a
 * message is at the start, and what a command that failed said last is at the end.
 */
export function describeFailure(failure: Failure, lineLimit = 40): string {
  const lines = failure.text.trimEnd().split("\n");
  const left = lines.length - lineLimit;
  const end = Math.floor(lineLimit / 2);
  const shown = left > 0
    ? [...lines.slice(0, lineLimit - end), `(${left} more lines above)`, ...lines.slice(-end)]
    : lines;
  return [`FAILED ${failure.file}: ${failure.name}`, ...shown.map((line) => `    ${line}`)].join("\n");
}

function sumOf(tags: readonly string[], name: string): number {
  return tags.reduce((sum, tag) => sum + Number(attribute(tag, name) || 0), 0);
}

function attribute(tag: string, name: string): string {
  return unescapeXml(new RegExp(`(?:^| )${name}="([^"]*)"`).exec(tag)?.[1] ?? "");
}

function unescapeXml(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&apos;", "'")
    .replaceAll("&amp;", "&");
}
