import type { z } from "zod";

export type Format = "json" | "csv";
export type Operator = "eq" | "in" | "gte" | "lte" | "gt" | "lt";

/** How one parameter filters the rows. A parameter that is left out does not filter. */
export interface Filter {
  readonly param: string;
  readonly column: string;
  readonly op: Operator;
  /** Maps the parameter's value to the column's values; null means no filter. */
  readonly values?: Readonly<Record<string, string | readonly string[] | null>>;
}

/**
 * The callers that may read, and their rows. `public`: any valid key or token. `user`, `org`: the rows of the caller or
 * of the caller's organisation, found by `column`, directly or through a relation in the database; administrators and
 * the secret key read all rows. `admin`: administrators and the secret key. `service`: the secret key. `person`,
 * `member`: see PersonAccess and MemberAccess.
 */
export type Access =
  | { readonly scope: "public" | "admin" | "service" }
  | { readonly scope: "user" | "org"; readonly column: string; readonly relation: string | null }
  | PersonAccess
  | MemberAccess;

/**
 * Access to one person's rows. Without the parameter the rows are the caller's own, administrators' too. With another
 * person's id they are that person's, if `freshet.scope_<relation>(subject)` lists the id at the moment of the read,
 * for administrators too; the secret key may name any person, and must name one. Such a read passes every cache by, and
 * is written to `analytics.access_log` before its rows leave the database.
 */
export interface PersonAccess {
  readonly scope: "person";
  /** The column that holds the person. */
  readonly column: string;
  /** The optional parameter that names another person. No filter uses it. */
  readonly param: string;
  readonly relation: string;
}

/**
 * Access for members of an organisation, by the verified claims `org_id` and `org_role`. `rows` maps each role to the
 * rows that it reads: "org" for all rows of the organisation, "own" for the rows whose `column` is the caller, and any
 * other word names a relation `freshet.scope_<word>(subject, org_id)`. A role that is not listed reads nothing.
 * Administrators and the secret key read everything if some role reads "org", and nothing otherwise.
 */
export interface MemberAccess {
  readonly scope: "member";
  /** The column that holds the organisation. */
  readonly org: string;
  /** The column that holds the person; null if every role reads "org". */
  readonly column: string | null;
  readonly rows: Readonly<Record<string, string>>;
}

export interface Order {
  readonly column: string;
  readonly direction: "asc" | "desc";
}

/** The smallest sample that a row may rest on: rows whose `column` is below `at_least` are withheld. */
export interface MinimumSample {
  readonly column: string;
  readonly at_least: number;
  /**
   * Roles that may read each source row anyway: they get every figure, with its count. If any role is listed, so do
   * administrators and the secret key. The minimum protects against callers who see the figure alone.
   */
  readonly except?: readonly string[];
}

/**
 * Pivots rows for charts: one row for each value of `rows`, one column for each value of `columns`, cells where rows
 * exist.
 */
export interface Pivot {
  readonly rows: readonly string[];
  readonly columns: string;
  readonly cells: readonly string[];
}

/** One resource, as data. The view's schema file holds the rest; both share the view's name. */
export interface ResourceDefinition<Params extends z.ZodRawShape, Columns extends z.ZodRawShape> {
  readonly pack: string;
  /**
   * The URL below the pack: lower case, hyphens; with a slash if it shows another resource differently
   * (`heatmap/matrix`).
   */
  readonly name: string;
  /**
   * The materialized view in schema `analytics`, or a live relation. Its freshness objective holds for the resource.
   */
  readonly view: string;
  /** Further views and live relations that the answer depends on: the version of each is part of the cache key. */
  readonly reads?: readonly string[];
  /**
   * A plain view in schema `analytics` over `view`, which adds names to its rows and is read instead of it. Each
   * further table that it reads must be a source of `view` or of a relation in `reads`, so that a changed name makes a
   * new version.
   */
  readonly through?: string;
  /** The function `freshet.reading_<name>(asked)` computes the rows, instead of a select from the view. */
  readonly reading?: string;
  /**
   * The answer rests on rows of one organisation alone, or of one person: those that `access` names by its column, of the
   * view and of everything in `reads`. Then a cached answer ends when these rows change, and not with those of others, in
   * views that have [buckets](../../docs/caching.md#how-soon-a-change-is-seen). Without it that holds for the view of a
   * resource without a reading, whose rows show it. A reading that compares organisations must not say so: the pack's
   * tests prove that its answer stays the same without the rows of others.
   */
  readonly confined?: true;
  /** The answer depends on the UTC day of the read, so the day is part of the cache key. */
  readonly clock?: "day";
  /** One sentence for the catalog. */
  readonly summary: string;
  readonly params: Params;
  readonly filters: readonly Filter[];
  readonly columns: Columns;
  readonly access: Access;
  readonly order: readonly Order[];
  /**
   * The most rows of an answer: a number, or the parameter that holds it. `meta.is_truncated` says if there are more.
   */
  readonly limit: number | { readonly param: string };
  /**
   * `reversed` turns the rows around after `order` and `limit`: the latest N, oldest first, is `order` descending,
   * reversed.
   */
  readonly shown: "as_ordered" | "reversed";
  /**
   * Rows that rest on a smaller sample never leave the database; `meta.withheld_count` says how many. Null only if each
   * row belongs to one person, holds plain counts (no average, median or rate of a few), or its reader may read each
   * source row.
   */
  readonly minimum_sample: MinimumSample | null;
  /**
   * Serves only rows whose `column` has a match in the relation `in` of schema analytics, in its column of the same
   * name. A view shows deleted rows until its next refresh; this is checked at each read. The relation must be in
   * `reads`.
   */
  readonly listed?: { readonly column: string; readonly in: string };
  /** How long an answer may be reused, in seconds, even if the view has not changed. */
  readonly max_age_seconds: number;
  /**
   * A caller that may read the resource and demands younger rows than the view has starts a refresh, at most one a
   * minute for each view. Default: no refresh; the answer says when the next one is due. Allow it if a refresh takes
   * less than two seconds.
   */
  readonly refresh_on_demand?: boolean;
  readonly formats: readonly Format[];
  /**
   * The parameter that holds the cursor: the resource is served in pages of `limit` rows. Its order must end in the
   * view's key, so that no two rows have the same place.
   */
  readonly cursor?: string;
  /** For a paged resource: the flag parameter that asks for the number of rows on all pages, `meta.total_count`. */
  readonly total?: string;
  /** Pivots the rows of a JSON answer; CSV is not pivoted. */
  readonly pivot?: Pivot;
}
