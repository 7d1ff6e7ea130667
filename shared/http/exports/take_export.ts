import { AppError, internalError, isUnavailable } from "../../kernel/app_error.ts";
import type { Caller } from "../../access/caller.ts";
import { otherPerson } from "../../access/other_person.ts";
import { deriveScope } from "../../access/scope.ts";
import { type ExportJob, hasEnded, type Owner } from "../../export/job.ts";
import { orderOf, refuseParts } from "../../export/order.ts";
import { isLost } from "../../export/publish.ts";
import { workOn } from "../../export/step.ts";
import { requireCaller } from "../request/credentials.ts";
import type { Exchange } from "../request/exchange.ts";
import { asAppError } from "../response/problem.ts";
import { jsonBody } from "../request/json_body.ts";
import { parseQuery, refuseParameters } from "../request/query_params.ts";
import type { Route } from "../routes/route.ts";
import type { ExportApi } from "./api.ts";
import { exportAnswer } from "./export_answer.ts";
import { checkedOrder, MOST_BODY_BYTES, type OrderBody } from "./order_body.ts";

/** How long a caller waits for a file that may be small. Work that takes longer goes on after the answer. */
const WAIT_MS = 8_000;

/** POST /export: checks the order as a read would be, writes it down, and does it at once where it is small. */
export function takeExport(api: ExportApi): Route {
  return async (exchange) => {
    exchange.resource = "export";
    refuseParameters(exchange.parameters);
    const caller = await requireCaller(api, exchange);
    const owner = ownerOf(caller);
    const body = checkedOrder(await jsonBody(exchange.request, MOST_BODY_BYTES));
    const order = await checkedWish(api, exchange, { body, caller, owner });
    exchange.begin("export");
    const { export: job, is_new, refused_by } = await api.exports.start(order);
    if (refused_by !== null) throw tooMany(refused_by);
    if (job === null) throw internalError("start_export answered without an export");
    if (!is_new) return await exportAnswer(api, job, { status: 202 });
    const current = await firstSteps(api, exchange, job);
    exchange.outcome = current.status.toUpperCase();
    refuseFailed(current);
    return await firstAnswer(api, current);
  };
}

/** Without a link where the storage cannot sign one now: a caller who got no id would order the same file again. */
async function firstAnswer(api: ExportApi, job: ExportJob): Promise<Response> {
  if (job.status !== "done") return await exportAnswer(api, job, { status: 202 });
  try {
    return await exportAnswer(api, job, { status: 201 });
  } catch (error) {
    if (!isUnavailable(error)) throw error;
    const unsigned = { status: "rendered", byte_count: null, finished_at: null, expires_at: null } as const;
    return await exportAnswer(api, { ...job, ...unsigned }, { status: 202 });
  }
}

/** An export belongs to a person, or to the secret key: the key of an application stands for neither. */
export function ownerOf(caller: Caller): Owner {
  if (caller.kind === "service") return { kind: "secret_key" };
  if (caller.kind === "user") return { kind: "user", subject: caller.subject, org_id: caller.org_id };
  throw new AppError("FORBIDDEN", { detail: "An export takes a user's token, or the secret key" });
}

interface Asked {
  readonly body: OrderBody;
  readonly caller: Caller;
  readonly owner: Owner;
}

async function checkedWish(api: ExportApi, exchange: Exchange, { body, caller, owner }: Asked) {
  const resource = await api.workshop.resourceOf(body.resource);
  if (resource === null) {
    throw new AppError("NOT_FOUND", {
      detail: "There is no such resource; /analytics/catalog lists what there is",
    });
  }
  const search = new URLSearchParams(Object.entries(body.filters).map(([name, value]) => [name, String(value)]));
  refuseParts(resource, [...search.keys(), ...["format", "max_age"].filter((name) => search.has(name))]);
  const { params } = parseQuery(resource, search);
  const other = otherPerson(resource, caller, params);
  return orderOf({
    owner,
    resource,
    params,
    scope: other?.scope ?? deriveScope(resource, caller, api.reader.hash),
    other,
    format: body.format,
    is_gzip: body.compression === "gzip",
    has_bom: body.bom,
    link_seconds: body.link_seconds,
    request_id: exchange.request_id,
    now: api.reader.clock.now(),
  });
}

/** Works on a new export for as long as a caller waits; the job goes on with what is left. */
async function firstSteps(api: ExportApi, { request_id, emit }: Exchange, job: ExportJob): Promise<ExportJob> {
  const work = stepOf(api, job);
  let is_answered = false;
  const late = new Promise<ExportJob>((resolve) => {
    const timer = setTimeout(() => {
      is_answered = true;
      resolve(job);
    }, WAIT_MS);
    work.finally(() => clearTimeout(timer)).catch(() => {});
  });
  api.reader.waitUntil(work.catch((thrown) => {
    const error = asAppError(thrown);
    // After the answer no request is left that would report the fault.
    if (!is_answered || !error.is_fault) return;
    api.faults.failed({ resource: "export", request_id, defect: error.defect ?? error.code }, emit);
  }));
  return await Promise.race([work, late]);
}

async function stepOf(api: ExportApi, job: ExportJob): Promise<ExportJob> {
  let current: ExportJob;
  try {
    const claim = await api.exports.claim(job.export_id);
    if (claim === null) return job;
    current = await workOn(api.workshop, claim);
  } catch (error) {
    // The export is written down: the job goes on with it, and its caller learns its id.
    if (isUnavailable(error) || isLost(error)) return job;
    throw error;
  }
  // A call that is not made is made by the job, within a minute.
  if (!hasEnded(current)) await api.exports.drive().catch(() => false);
  return current;
}

function refuseFailed({ status, error_code, resource }: ExportJob): void {
  if (status !== "failed") return;
  if (error_code === "FORBIDDEN") {
    throw new AppError("FORBIDDEN", { detail: `This credential may not read these rows of ${resource}` });
  }
  if (error_code === "NOT_READY") {
    throw new AppError("NOT_READY", { detail: `${resource} has not been computed yet`, retry_after_seconds: 60 });
  }
}

function tooMany(refused_by: "caller" | "organisation"): AppError {
  const detail = refused_by === "caller"
    ? "Two of your exports are running: wait for one, or cancel it with DELETE"
    : "Five exports of your organisation are running: wait for one";
  return new AppError("RATE_LIMITED", { detail, retry_after_seconds: 30 });
}
