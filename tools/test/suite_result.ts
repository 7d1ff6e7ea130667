import type { Failure } from "./junit_report.ts";

/** What a file's random test tried. */
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
  /** What its random tests tried, where the full counts were asked for. */
  readonly counts: readonly ProofCount[];
}
