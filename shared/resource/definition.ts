import type { z } from "zod";

export type Format = "json" | "csv";
export type Operator = "eq" | "in" | "gte" | "lte" | "gt" | "lt";

/** How one parameter narrows the rows. An absent optional parameter narrows nothing. */
export interface Filter {
  readonly param: string;
  readonly column: string;
  readonly op: Operator;
  /** Replaces the parameter's word by what the column holds; null means no narrowing. */
  readonly values?: Readonly<Record<string, string | readonly string[] | null>>;
}

/**
 * Who may read. `public`: any valid key or token. `user`, `org`: the rows of the caller or of their organisation, found by `column`, directly
 * or through a relation in the database; administrators and the secret key read all. `admin`, `service`: only they.
 */
export type Access =
  | { readonly scope: "public" | "admin" | "service" }
  | { readonly scope: "user" | "org"; readonly column: string; readonly relation: string | null }
  | MemberAccess;

/**
 * Members of an organisation, by the verified claims `org_id` and `org_role`. `rows` says what each role reads: "org" the
 * rows of the organisation, "own" those whose `column` is the caller, and any other word is a relation
 * `freshet.scope_<word>(subject, org_id)`. A role that is not named reads nothing. Administrators and the secret key read
 * everything where some role reads "org", and nothing where there are only people's own rows.
 */
export interface MemberAccess {
  readonly scope: "member";
  /** The column of the organisation. */
  readonly org: string;
  /** The column of the person; null where every role reads "org". */
  readonly column: string | null;
  readonly rows: Readonly<Record<string, string>>;
}

export interface Order {
  readonly column: string;
  readonly direction: "asc" | "desc";
}

/** How few a row may rest on. */
export interface MinimumSample {
  readonly column: string;
  readonly at_least: number;
  /**
   * Roles of members that may read every single row beneath: they get the figure, with its count, and so do administrators
   * and the secret key where a role is named. The guard is for those who see the figure alone.
   */
  readonly except?: readonly string[];
}

/** Shows rows as a table for drawing: one row for each value of `rows`, one column for each of `columns`, cells where there are any. */
export interface Pivot {
  readonly rows: readonly string[];
  readonly columns: string;
  readonly cells: readonly string[];
}

/** Everything that one resource is, as data. The view's migration owns the rest; they share the view's name. */
export interface ResourceDefinition<Params extends z.ZodRawShape, Columns extends z.ZodRawShape> {
  readonly pack: string;
  /** The URL below the pack: lower case, hyphens; a slash below a resource that it shows differently. */
  readonly name: string;
  /** The materialized view in schema `analytics`, or a live relation. Its objective is the resource's. */
  readonly view: string;
  /** Whatever else the answer rests on: the version of each is part of the cache key. */
  readonly reads?: readonly string[];
  /**
   * A plain view in schema `analytics` over `view`, which adds names to its rows and is read in its place. Whatever it reads
   * beside is a source of `view` or of something in `reads`, so that a new name is a new version.
   */
  readonly through?: string;
  /** `freshet.reading_<name>(asked)` answers, instead of the rows of the view themselves. */
  readonly reading?: string;
  /** The answer depends on the UTC day of the read: an answer of yesterday is another answer. */
  readonly clock?: "day";
  /** One sentence for the catalog. */
  readonly summary: string;
  readonly params: Params;
  readonly filters: readonly Filter[];
  readonly columns: Columns;
  readonly access: Access;
  readonly order: readonly Order[];
  /** The most rows of an answer: a number, or the parameter that holds it. Where there are more, `meta.is_truncated` says so. */
  readonly limit: number | { readonly param: string };
  /** `reversed` shows the rows against `order`: the latest N, oldest first, is `order` descending, shown reversed. */
  readonly shown: "as_ordered" | "reversed";
  /**
   * Rows that rest on fewer people than this never leave the database; `meta.withheld_count` says how many. Null only where a
   * row describes one owner, holds no average, median or rate of a few, or its reader may read each row beneath.
   */
  readonly minimum_sample: MinimumSample | null;
  /**
   * Rows whose `column` is in a relation of schema analytics, in its column of the same name, and no others: a view shows what
   * was deleted until its next refresh, and this is asked at each read. It must be among `reads`.
   */
  readonly listed?: { readonly column: string; readonly in: string };
  /** The longest an answer may be reused, in seconds, even when the view has not moved. */
  readonly max_age_seconds: number;
  /**
   * Whoever demands younger rows than there are, and may read the resource, sets off a refresh, at most one a minute for each
   * view. Left out: they are told when the next one is due. Allow it where a refresh takes less than two seconds.
   */
  readonly refresh_on_demand?: boolean;
  readonly formats: readonly Format[];
  /**
   * The parameter that holds the place where a page begins. Such a resource is served a page at a time, `limit` rows each;
   * its order must end in the view's key, so that no row shares its place with another.
   */
  readonly cursor?: string;
  /** Of a paged resource: the parameter, a flag, that asks how many rows there are on all pages, `meta.total_count`. */
  readonly total?: string;
  /** Pivots the rows of a JSON answer; CSV keeps them as rows. */
  readonly pivot?: Pivot;
}
