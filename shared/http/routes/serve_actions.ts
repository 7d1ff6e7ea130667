import { z } from "zod";
import { AppError, invalidQuery } from "../../kernel/app_error.ts";
import type { Caller } from "../../access/caller.ts";
import type { Acting, JobAction } from "../../ops/actions.ts";
import type { Api } from "../api.ts";
import { checkedBody } from "../request/checked_body.ts";
import type { Exchange } from "../request/exchange.ts";
import { optionalJsonBody } from "../request/json_body.ts";
import { refuseParameters } from "../request/query_params.ts";
import { shownAction } from "./ops_actions.ts";
import type { Route } from "./route.ts";
import { asked, opsAnswer, requireOperator } from "./serve_ops.ts";

export const MOST_BODY_BYTES = 4_096;

const LONGEST_REASON = 500;

/** A job that is muted for longer fails unseen; the database has a limit a day above. */
const LONGEST_MUTE_DAYS = 30;

const reason = () =>
  z.string({ error: "must be a text" }).trim().min(1, { error: "must not be empty" })
    .max(LONGEST_REASON, { error: `must be at most ${LONGEST_REASON} characters` })
    .refine((text) => !text.includes("\0"), { error: "must not hold a NUL" });

/** Body of an unmute, an adopt, a refresh: may be left out. */
export const whyBody = z.strictObject({ reason: reason().optional() });

/** Body of a mute. */
export const muteBody = z.strictObject({
  until: z.iso.datetime({ offset: true, error: "must be a moment like 2026-01-31T12:00:00Z" }),
  reason: reason(),
});

/** POST /ops/jobs/<name>/mute, unmute and adopt: does it, and answers with what was recorded. */
export function takeJobAction(api: Api, action: JobAction["action"]): Route {
  return async (exchange) => {
    exchange.resource = `ops/${action}`;
    refuseParameters(exchange.parameters);
    // First, so that nothing of a stranger's body is read.
    const caller = await requireOperator(api, exchange);
    const job = nameBefore(exchange);
    const body = await optionalJsonBody(exchange.request, MOST_BODY_BYTES);
    const { order, why } = action === "mute" ? muteOf(body, job, api.reader.clock.now()) : {
      order: { action, job },
      why: checkedBody(whyBody, body ?? {}, `an ${action}`).reason ?? null,
    };
    exchange.begin("write");
    const done = await api.operations.act(order, actingOf(caller, exchange, why));
    if (done === null) {
      throw new AppError("NOT_FOUND", { detail: "There is no such job; /analytics/ops/jobs lists them" });
    }
    return opsAnswer({ data: shownAction(done), meta: { resource: "ops/actions" } });
  };
}

/** Who acts, for the record. */
export function actingOf(caller: Caller, { request_id }: Exchange, reason: string | null): Acting {
  return { operator_id: caller.kind === "user" ? caller.subject : null, reason, request_id };
}

/** The last segment but one of the path, decoded. @throws AppError NOT_FOUND if it can be no name */
export function nameBefore({ path }: Exchange): string {
  const parsed = asked.name().safeParse(decoded(path.split("/").at(-2) ?? ""));
  if (parsed.success) return parsed.data;
  throw new AppError("NOT_FOUND", {
    detail: "The path names nothing: it takes the name as the list shows it, percent-encoded",
  });
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return "";
  }
}

function muteOf(body: unknown, job: string, now: number) {
  const { until, reason } = checkedBody(muteBody, body, "a mute");
  const days = (Date.parse(until) - now) / 86_400_000;
  if (days <= 0) throw invalidQuery({ field: "until", reason: "must be in the future" });
  if (days > LONGEST_MUTE_DAYS) {
    throw invalidQuery({ field: "until", reason: `must be within ${LONGEST_MUTE_DAYS} days` });
  }
  return { order: { action: "mute" as const, job, until }, why: reason };
}
