import { Buffer } from "node:buffer";
import { z } from "zod";
import { claimed, exportJob, started } from "../../export/job.ts";
import type { Exports, Lease } from "../../export/ports.ts";
import type { AnalyticsRpc } from "./analytics_rpc.ts";

const QUICK_MS = 5_000;
/** A page of rows, or a chunk of them. */
const ROWS_MS = 30_000;
/** A little more than the statement's own limit. */
const FREEZE_MS = 125_000;

const frozen = z.object({ export: exportJob, scope_values: z.array(z.string()).nullable() });
// Rows are checked, and copied, against their resource later: a copy here would cost as much again.
const row = z.custom<Readonly<Record<string, unknown>>>((value) => typeof value === "object" && value !== null);
const rows = z.object({ last_page: z.int().nullable(), pages: z.array(z.array(row)) });
const removable = z.array(
  z.object({ export_id: z.string(), object_name: z.string(), upload_url: z.string().nullable() }),
);
const nothing = z.unknown();

/** Exports, by the functions of schema analytics that the secret key may execute. */
export function createExports(rpc: AnalyticsRpc): Exports {
  const held = ({ export_id, lease_token }: Lease) => ({ export_id, lease_token });
  return {
    start: (order) => rpc({ name: "start_export", input: { export: order }, output: started, timeout_ms: QUICK_MS }),
    show: (export_id, caller) =>
      rpc({
        name: "show_export",
        input: { export_id, caller },
        output: exportJob.nullable(),
        timeout_ms: QUICK_MS,
      }),
    cancel: (export_id, caller) =>
      rpc({
        name: "cancel_export",
        input: { export_id, caller },
        output: exportJob.nullable(),
        timeout_ms: QUICK_MS,
      }),
    claim: (export_id) =>
      rpc({ name: "claim_export", input: { export_id }, output: claimed.nullable(), timeout_ms: QUICK_MS }),
    async release(lease) {
      await rpc({ name: "release_export", input: held(lease), output: nothing, timeout_ms: QUICK_MS });
    },
    freeze: (lease) => rpc({ name: "freeze_export", input: held(lease), output: frozen, timeout_ms: FREEZE_MS }),
    rows: (lease) => rpc({ name: "export_rows", input: held(lease), output: rows, timeout_ms: ROWS_MS }),
    store: (lease, { last_page, bytes, plain_byte_count, crc32 }) =>
      rpc({
        name: "store_export_chunk",
        input: { ...held(lease), last_page, bytes: Buffer.from(bytes).toString("base64"), plain_byte_count, crc32 },
        output: exportJob,
        timeout_ms: ROWS_MS,
      }),
    async chunk(lease, chunk) {
      const input = { ...held(lease), chunk };
      const text = await rpc({ name: "export_chunk", input, output: z.string(), timeout_ms: ROWS_MS });
      return Uint8Array.from(Buffer.from(text, "base64"));
    },
    async noteUpload(lease, upload) {
      const input = { ...held(lease), ...upload };
      await rpc({ name: "note_export_upload", input, output: nothing, timeout_ms: QUICK_MS });
    },
    finish: (lease, end) => {
      const input = { ...held(lease), byte_count: null, error_code: null, ...end };
      return rpc({ name: "finish_export", input, output: exportJob, timeout_ms: QUICK_MS });
    },
    removable: (most_exports) =>
      rpc({ name: "removable_exports", input: { most_exports }, output: removable, timeout_ms: QUICK_MS }),
    async forgetObject(export_id) {
      await rpc({ name: "forget_export_object", input: { export_id }, output: nothing, timeout_ms: QUICK_MS });
    },
    drive: () => rpc({ name: "drive_exports", input: {}, output: z.boolean(), timeout_ms: QUICK_MS }),
  };
}
