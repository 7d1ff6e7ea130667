import { AppError } from "../kernel/app_error.ts";
import type { Emit } from "../cache/event.ts";
import { freshnessOf } from "./freshness.ts";
import type { ReadAnswer } from "./read_resource.ts";
import type { MaybePromise } from "../kernel/maybe_promise.ts";
import type { Read } from "./miss.ts";
import type { Reader } from "./reader.ts";
import type { RefreshOnDemand } from "./refresh_on_demand.ts";
import { fullName, type Resource } from "../resource/resource.ts";

export interface Demand {
  /** The greatest age of rows that the caller accepts: the upper limit of the header `Age`. */
  readonly max_age_seconds: number;
  readonly refreshes: RefreshOnDemand;
}

/** One caller's read, which may be repeated. */
export interface DemandedRead<Answer> extends Pick<Read, "question" | "emit"> {
  readonly read: () => MaybePromise<Answer>;
}

/** A refresh has to run, and to be seen: up to 3 s for the pointer. */
const SEEN_AFTER_SECONDS = 5;

/** For when the next refresh is not known. */
const ASK_AGAIN_SECONDS = 60;

/** How often, and how long, to wait while another isolate fetches the newest version and the previous one is still served. */
const LOOKS = 3;
const PAUSE_MS = 60;

/**
 * Reads for a caller that accepts no older rows. The demanded age is not part of the question: answers are cached and
 * compared as they are without it.
 *
 * @throws AppError TOO_STALE when there are no rows that young, and everything that the read throws.
 */
export async function readDemanded<Answer extends Pick<ReadAnswer, "freshness">>(
  reader: Reader,
  { question: { resource }, emit, read }: DemandedRead<Answer>,
  demand: Demand,
): Promise<Answer> {
  const isYoung = ({ freshness }: Answer) => freshness.age_seconds <= demand.max_age_seconds;
  const oldViews = () => viewsOlderThan(demand.max_age_seconds, { reader, resource, emit });

  const began = reader.clock.now();
  let answer = await read();
  if (isYoung(answer)) return answer;

  // A refresh may have ended since the states were last read.
  await reader.primary_pointer.renew(began, emit);
  let old = await oldViews();
  if (old.length > 0 && resource.refresh_on_demand === true) {
    await demand.refreshes.refresh(old, emit);
    await reader.primary_pointer.renew(reader.clock.now(), emit);
    old = await oldViews();
  }
  if (old.length === 0) answer = await read();
  for (let look = 0; look < LOOKS && old.length === 0 && !isYoung(answer); look += 1) {
    await reader.clock.sleep(PAUSE_MS);
    answer = await read();
  }
  if (isYoung(answer)) return answer;
  throw await tooStale(answer.freshness.age_seconds, { reader, resource, demand, old });
}

interface DemandContext {
  readonly reader: Reader;
  readonly resource: Resource;
  readonly emit: Emit;
}

/** The views behind a resource that are too old. A live relation is never old. */
async function viewsOlderThan(seconds: number, { reader, resource, emit }: DemandContext): Promise<string[]> {
  const { states, is_confirmed } = await reader.primary_pointer.current(emit);
  const now = reader.clock.now();
  return [...resource.reads ?? [], resource.view].filter((view) => {
    const state = states[view];
    return state !== undefined && state.live !== true &&
      freshnessOf(state, now, is_confirmed).age_seconds > seconds;
  });
}

async function tooStale(
  age_seconds: number,
  { reader, resource, demand, old }: Omit<DemandContext, "emit"> & { readonly demand: Demand; readonly old: string[] },
): Promise<AppError> {
  const { max_age_seconds } = demand;
  const next = old.length === 0 ? null : await demand.refreshes.nextAt(old);
  const wait_seconds = next === null ? null : Math.max(0, Math.ceil((next - reader.clock.now()) / 1_000));
  const next_refresh_at = next === null ? null : new Date(next).toISOString();
  return new AppError("TOO_STALE", {
    detail: `The rows of ${fullName(resource)} are ${age_seconds} seconds old, and at most ${max_age_seconds} were ` +
      "demanded; ask again after the time in Retry-After, or without max_age for the rows that there are",
    retry_after_seconds: old.length === 0
      ? 1
      : wait_seconds === null
      ? ASK_AGAIN_SECONDS
      : wait_seconds + SEEN_AFTER_SECONDS,
    facts: { age_seconds, max_age_seconds, next_refresh_at },
  });
}
