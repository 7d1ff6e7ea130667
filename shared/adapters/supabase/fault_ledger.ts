import { z } from "zod";
import type { FaultLedger } from "../../ops/fault_reports.ts";
import type { AnalyticsRpc } from "./analytics_rpc.ts";

const REPORT_MS = 5_000;

/** Enough to name rows and columns; the text is cut before anything else reads it. */
const LONGEST_DEFECT = 500;

/** analytics.report_failed_answer, report_answered and report_slow_read, through the data API. */
export function createFaultLedger(rpc: AnalyticsRpc): FaultLedger {
  const call = { output: z.unknown(), timeout_ms: REPORT_MS };
  return {
    async failed({ resource, request_id, defect }) {
      // Imported at the first fault: no response needs it.
      const { scrubMessage } = await import("../../kernel/scrub/message.ts");
      const input = { resource, request_id, defect: scrubMessage(defect.slice(0, LONGEST_DEFECT)) };
      await rpc({ ...call, name: "report_failed_answer", input });
    },
    async answered(resource) {
      await rpc({ ...call, name: "report_answered", input: { resource } });
    },
    async slow(read) {
      await rpc({ ...call, name: "report_slow_read", input: { ...read } });
    },
  };
}
