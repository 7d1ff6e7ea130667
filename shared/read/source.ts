import { z } from "zod";
import type { Operator, Order } from "../resource/definition.ts";
import type { Restriction } from "../access/scope.ts";
import type { Confined } from "./only_value.ts";
import { anyViewState, type ViewStateMap, viewStates } from "./view_state.ts";

/** Checked parameters of a resource, by name. */
export type Params = Readonly<Record<string, unknown>>;

/** What is sent to SQL for a question: data, never SQL text. */
export interface SourceRequest {
  readonly columns: readonly string[];
  readonly filters: readonly SourceFilter[];
  readonly scope: Restriction | null;
  readonly order: readonly Order[];
  readonly limit: number;
  /** Other relations that the answer depends on: their states come back with it. */
  readonly reads?: readonly string[];
  /** What all rows have in common on which a reading, and the relations in `reads`, rest: see `confined` of a resource. */
  readonly confined_to?: Confined;
  /** The plain view over the view that is read instead of it, if there is one. */
  readonly through?: string;
  /** Absent if the rows of the view themselves are read. */
  readonly reading?: Reading;
  /** Whether to count the rows of all pages. */
  readonly counts?: boolean;
  /** Whether to count them if there are as many as `limit`. */
  readonly counts_cut?: boolean;
}

/** A function of the database that computes the rows at the time of the read. */
export interface Reading {
  readonly name: string;
  readonly asked: {
    readonly params: Params;
    /** The UTC day of the read, if the answer depends on it. */
    readonly today: string | null;
    /** One organisation; null for all that the caller may see. */
    readonly org: string | null;
    /** The person whose rows are read; absent if the resource is not of one person. */
    readonly person?: string;
  };
}

/** Who reads a person's rows, and what: the database checks it against the relation and writes it to the access log. */
export interface PersonReading {
  /** `subject` is the subject of the reader's token. */
  readonly reader: { readonly kind: "user"; readonly subject: string } | { readonly kind: "secret_key" };
  readonly relation: string;
  /** The full name of the resource. */
  readonly resource: string;
  /** The checked parameters, without the one that names the person. */
  readonly parameters: Params;
  readonly request_id: string;
}

export type SourceFilter = ColumnFilter | PlaceFilter;

export interface ColumnFilter {
  readonly column: string;
  readonly op: Operator | "listed";
  readonly value: unknown;
  /** The minimum sample: the rows withheld by it are counted. */
  readonly is_guard?: true;
}

/** Rows beyond a place in the order, compared as a whole. */
export interface PlaceFilter {
  readonly columns: readonly string[];
  readonly op: "after" | "before";
  readonly values: readonly unknown[];
}

/** The database's answer, from one statement and so from one snapshot. Rows are checked later, against their resource. */
export const sourceAnswer = z.object({
  state: anyViewState,
  reads: viewStates,
  denied: z.boolean(),
  scope_values: z.array(z.string()).nullable(),
  rows: z.array(z.record(z.string(), z.unknown())),
  total_count: z.int().min(0).nullable(),
  /** The number of rows withheld by the guard, on all pages; null without one. */
  withheld_count: z.int().min(0).nullable(),
});

export type SourceAnswer = z.output<typeof sourceAnswer>;

/**
 * The source of truth.
 *
 * All functions throw AppError: SOURCE_UNAVAILABLE when it did not answer, INTERNAL when the request was wrong.
 */
export interface Source {
  states(): Promise<ViewStateMap>;
  read(view: string, request: SourceRequest): Promise<SourceAnswer>;
  /** Reads the rows of one person for another caller, once the read is in the access log; `denied` if it may not. */
  readPerson(view: string, request: SourceRequest, reading: PersonReading): Promise<SourceAnswer>;
}
