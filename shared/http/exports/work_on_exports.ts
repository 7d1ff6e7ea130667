import { asAppError } from "../response/problem.ts";
import { isUnavailable } from "../../kernel/app_error.ts";
import { hasEnded } from "../../export/job.ts";
import type { Removable } from "../../export/ports.ts";
import { isLost } from "../../export/publish.ts";
import { workOn } from "../../export/step.ts";
import { authorizeCall } from "../scheduled/authorize_call.ts";
import { completing } from "../scheduled/completing.ts";
import type { Route } from "../routes/route.ts";
import type { ExportApi } from "./api.ts";

/** How many objects one call removes. */
const MOST_REMOVED = 20;

/** What one call did. */
interface Done {
  readonly export_id: string | null;
  readonly state: string | null;
  readonly removed_count: number;
}

/** The scheduler's call: one step of one export, and the removal of objects that are over. It then has the next one called. */
export function workOnExports(api: ExportApi, report: (line: string) => void): Route {
  return async (exchange) => {
    exchange.resource = "export/work";
    await authorizeCall(exchange.request, { name: "export", gate: api.gate });
    exchange.begin("work");
    const done = await completing(exchange.request, { ledger: () => api.ledger, report }, async () => {
      // Each by itself: an export that fails keeps no object, and an object that stays keeps no export.
      const removed = await settled(removeObjects(api));
      const step = await settled(oneStep(api));
      await api.exports.drive();
      return { ...valueOf(step), removed_count: valueOf(removed) };
    });
    return Response.json(done, { headers: { "cache-control": "no-store" } });
  };
}

async function oneStep(api: ExportApi): Promise<Omit<Done, "removed_count">> {
  const claim = await api.exports.claim(null);
  if (claim === null) return { export_id: null, state: null };
  const { export_id } = claim.export;
  try {
    const job = await workOn(api.workshop, claim);
    return { export_id, state: hasEnded(job) ? job.status : "running" };
  } catch (error) {
    if (isLost(error)) return { export_id, state: "lost" };
    throw error;
  }
}

/** Each by itself: an object that cannot be removed keeps no other. All wait for a storage that does not answer. */
async function removeObjects({ exports, objects }: ExportApi): Promise<number> {
  const removable = await exports.removable(MOST_REMOVED);
  const failures: unknown[] = [];
  for (const one of removable) {
    const removed = await settled(removeOne({ exports, objects }, one));
    if ("value" in removed) continue;
    failures.push(removed.error);
    if (isUnavailable(removed.error)) break;
  }
  if (failures.length > 0) throw failures[0];
  return removable.length;
}

async function removeOne({ exports, objects }: Pick<ExportApi, "exports" | "objects">, one: Removable): Promise<void> {
  await objects.remove(one.object_name);
  if (one.upload_url !== null) await objects.endUpload(one.upload_url);
  await exports.forgetObject(one.export_id);
}

type Settled<Value> = { readonly value: Value } | { readonly error: unknown };

async function settled<Value>(work: Promise<Value>): Promise<Settled<Value>> {
  try {
    return { value: await work };
  } catch (error) {
    return { error };
  }
}

function valueOf<Value>(settled: Settled<Value>): Value {
  if ("value" in settled) return settled.value;
  throw asAppError(settled.error);
}
