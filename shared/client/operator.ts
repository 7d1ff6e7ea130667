import type { FreshetOptions } from "./client.ts";
import { FreshetError } from "./failure.ts";
import type {
  OpsAction,
  OpsAlert,
  OpsCache,
  OpsIncident,
  OpsJob,
  OpsOutboxTotals,
  OpsRun,
  OpsView,
} from "./operator_rows.ts";
import { sendPatiently } from "./patience.ts";
import { followRefresh, type RefreshOptions, type RequestedRefresh } from "./refresh.ts";
import { failureOf, type Reply } from "./reply.ts";
import { transportOf } from "./transport.ts";

/** One page of a list. */
export interface OpsPage<Row, More = unknown> {
  readonly data: readonly Row[];
  readonly meta: {
    readonly resource: string;
    readonly row_count: number;
    /** The `cursor` of the next page; null on the last one. */
    readonly next_cursor: string | null;
  } & More;
}

interface Paged {
  /** `next_cursor` of the page before. */
  readonly cursor?: string | undefined;
  /** 1 to 200; 50 when left out. */
  readonly limit?: number | undefined;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

/** Reads one list, or one page of it. */
export type Lister<Asked, Row, More = unknown> = (
  asked?: Asked & Paged,
  options?: CallOptions,
) => Promise<OpsPage<Row, More>>;

export interface Why {
  /** Recorded; at most 500 characters. */
  readonly reason?: string | undefined;
}

export interface Mute {
  /** In the future, and within 30 days. */
  readonly until: Date | string;
  /** Recorded; 1 to 500 characters. */
  readonly reason: string;
}

/**
 * What a console for operators needs. For an admin or the secret key: everybody else gets FORBIDDEN. What is done is recorded
 * with who did it. Every function throws FreshetError; the signal's reason when it aborts.
 */
export interface Operator {
  readonly views: Lister<{ readonly view?: string | undefined; readonly pack?: string | undefined }, OpsView>;
  readonly jobs: Lister<{ readonly job?: string | undefined }, OpsJob>;
  readonly runs: Lister<{ readonly job?: string | undefined; readonly status?: string | undefined }, OpsRun>;
  readonly incidents: Lister<
    {
      readonly state?: "open" | "closed" | undefined;
      readonly kind?: string | undefined;
      readonly job?: string | undefined;
    },
    OpsIncident
  >;
  /** Newest incident first; left out, `state` is both. */
  readonly outbox: Lister<
    { readonly state?: "undelivered" | "delivered" | undefined },
    OpsAlert,
    OpsOutboxTotals
  >;
  readonly actions: Lister<
    { readonly action?: OpsAction["action"] | undefined; readonly subject?: string | undefined },
    OpsAction
  >;
  cache(options?: CallOptions): Promise<OpsCache>;
  /** Alerts about a declared job are held back until then; incidents are recorded. CONFLICT for a job without declaration. */
  mute(job: string, mute: Mute, options?: CallOptions): Promise<OpsAction>;
  unmute(job: string, why?: Why, options?: CallOptions): Promise<OpsAction>;
  /** Declares a job as it is scheduled now. CONFLICT where two jobs have the name. */
  adopt(job: string, why?: Why, options?: CallOptions): Promise<OpsAction>;
  /** Requests a refresh of one view and waits until it has finished; its `outcome` says whether it failed. */
  refresh(view: string, why?: Why, options?: RefreshOptions): Promise<RequestedRefresh>;
}

/** The functions of operators, by themselves: for the pages of a console. */
export function createOperator(client: FreshetOptions): Operator {
  const transport = transportOf(client);

  async function ask(path: string, signal: AbortSignal | null, body?: object): Promise<unknown> {
    const request = body === undefined ? {} : { method: "POST" as const, body };
    const send = () =>
      transport(`analytics/ops/${path}`, { ...request, headers: { accept: "application/json" }, signal });
    const reply = await sendPatiently(send, client, signal);
    if (reply instanceof FreshetError) throw reply;
    return bodyOf(reply);
  }

  const list = (name: string) => async (asked: object = {}, { signal }: CallOptions = {}) =>
    await ask(withQuery(name, asked), signal ?? null);

  async function act(path: string, body: object, { signal }: CallOptions = {}): Promise<OpsAction> {
    return ((await ask(path, signal ?? null, body)) as { readonly data: OpsAction }).data;
  }

  const onJob = (job: string, action: string) => `jobs/${encodeURIComponent(job)}/${action}`;
  const operator = {
    ...{ views: list("views"), jobs: list("jobs"), runs: list("runs"), incidents: list("incidents") },
    ...{ outbox: list("outbox"), actions: list("actions") },
    cache: async (options?: CallOptions) => ((await list("cache")({}, options)) as { readonly data: OpsCache }).data,
    mute: (job: string, { until, reason }: Mute, options?: CallOptions) =>
      act(onJob(job, "mute"), { until: momentOf(until), reason }, options),
    unmute: (job: string, why: Why = {}, options?: CallOptions) => act(onJob(job, "unmute"), why, options),
    adopt: (job: string, why: Why = {}, options?: CallOptions) => act(onJob(job, "adopt"), why, options),
    refresh: (view: string, why: Why = {}, options?: RefreshOptions) =>
      followRefresh(client, `views/${encodeURIComponent(view)}/refresh`, why, options),
  };
  // The API guarantees the types of rows: it checks every row before it sends it.
  return operator as Operator;
}

function momentOf(until: Date | string): string {
  return typeof until === "string" ? until : until.toISOString();
}

function withQuery(name: string, asked: object): string {
  const given = Object.entries(asked).filter(([, value]) => value !== undefined);
  return given.length === 0
    ? name
    : `${name}?${new URLSearchParams(given.map(([key, value]) => [key, String(value)]))}`;
}

function bodyOf(reply: Reply): unknown {
  if (typeof reply.body !== "object" || reply.body === null || !("data" in reply.body)) throw failureOf(reply);
  return reply.body;
}
