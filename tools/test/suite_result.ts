import type { Failure } from "./junit_report.ts";

/** The counts of a file's random test. */
export interface ProofCount {
  readonly file: string;
  readonly count: number;
}

/** How a suite went. */
export interface SuiteResult {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
  readonly failures: readonly Failure[];
  readonly seconds: number;
  /** The counts of its random tests, when the full counts were asked for. */
  readonly counts: readonly ProofCount[];
}
