// POST /functions/v1/clerk-reconcile: compares one page of Clerk's lists with the tables. Called by the job reconcile-clerk.
import { connectPackRpc } from "../../../../shared/adapters/supabase/pack_rpc.ts";
import { scheduledCalls } from "../../../../shared/adapters/scheduled_calls.ts";
import { serveScheduled } from "../../../../shared/http/scheduled/serve_scheduled.ts";
import { clerkInstance } from "../clerk-webhook/clerk_instance.ts";
import { clerkApi } from "./clerk_api.ts";
import { takeStep } from "./take_step.ts";

const get = (variable: string) => Deno.env.get(variable);
const rpc = connectPackRpc(get);

export default {
  fetch: serveScheduled({
    name: "clerk-reconcile",
    ...scheduledCalls(get),
    log: (line) => console.log(line),
  }, () => takeStep({ rpc, ask: clerkApi(get), instance: clerkInstance(get) })),
};
