import { z } from "zod";
import type { Operator, Order } from "./resource.ts";
import type { Restriction } from "./scope.ts";
import { viewState, type ViewStateMap } from "./view_state.ts";

/** What is asked of the database: data, never SQL. */
export interface SourceRequest {
  readonly columns: readonly string[];
  readonly filters: readonly SourceFilter[];
  readonly scope: Restriction | null;
  readonly order: readonly Order[];
  readonly limit: number;
}

export type SourceFilter = ColumnFilter | PlaceFilter;

export interface ColumnFilter {
  readonly column: string;
  readonly op: Operator;
  readonly value: unknown;
}

/** Rows beyond a place in the order, compared as a whole. */
export interface PlaceFilter {
  readonly columns: readonly string[];
  readonly op: "after" | "before";
  readonly values: readonly unknown[];
}

/** What the database answers, from one statement and so from one snapshot. Rows are checked later, by their resource. */
export const sourceAnswer = z.object({
  state: viewState,
  denied: z.boolean(),
  scope_values: z.array(z.string()).nullable(),
  rows: z.array(z.record(z.string(), z.unknown())),
});

export type SourceAnswer = z.output<typeof sourceAnswer>;

/**
 * The source of truth.
 *
 * Both functions throw AppError: SOURCE_UNAVAILABLE when it could not be asked, INTERNAL when it was asked wrongly.
 */
export interface Source {
  states(): Promise<ViewStateMap>;
  read(view: string, request: SourceRequest): Promise<SourceAnswer>;
}
