import type { ExportPlatform } from "../platform.ts";
import { connectPlatform } from "./platform.ts";
import { checkedScheduledEnvironment } from "./runtime/checked_environment.ts";
import { deflatePart } from "./runtime/deflate.ts";
import type { GetVariable } from "./runtime/environment.ts";
import { scheduledCalls } from "./scheduled_calls.ts";
import { createAnalyticsRpc } from "./supabase/analytics_rpc.ts";
import { createExports } from "./supabase/exports_database.ts";
import { createObjectStorage } from "./supabase/object_storage.ts";

/**
 * The parts of the read function, and what exports need besides. Nothing is contacted yet.
 *
 * @throws AppError INTERNAL whose defect names the invalid variables.
 */
export function connectExports(get: GetVariable): ExportPlatform {
  const environment = checkedScheduledEnvironment(get);
  const { gate, ledger } = scheduledCalls(get);
  return {
    ...connectPlatform(get),
    exports: createExports(createAnalyticsRpc(environment)),
    objects: createObjectStorage(environment),
    deflate: deflatePart,
    gate: gate(),
    ledger: ledger(),
  };
}
