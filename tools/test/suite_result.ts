import type { Failure } from "./junit_report.ts";

/** The count of a file's random test. */
export interface ProofCount {
  readonly file: string;
  readonly count: number;
}

/** The result of a suite. */
export interface SuiteResult {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
  readonly failures: readonly Failure[];
  readonly seconds: number;
  /** Counts of its random tests, in a run with full counts. */
  readonly counts: readonly ProofCount[];
}
