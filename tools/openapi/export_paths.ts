import { LONGEST_LINK_SECONDS, orderBody } from "../../shared/http/exports/order_body.ts";
import type { ErrorCode } from "../../shared/kernel/app_error.ts";
import { exportId } from "../../tests/support/fakes/exports.ts";
import { id } from "../../tests/support/fixtures/sample_rows.ts";
import { KEYS } from "../../tests/support/fixtures/tokens.ts";
import { createExportRig } from "../../tests/support/rigs/export_rig.ts";
import { strictObject } from "./answer_schemas.ts";
import { ALWAYS, type HeaderName, headersNamed } from "./headers.ts";
import { type Json, ref } from "./json.ts";
import { jsonSchemaOf } from "./json_schema.ts";
import { problemsOf } from "./problems.ts";
import { EXAMPLE_TIME } from "./sample_answers.ts";
import { security } from "./security.ts";
import { serversOf } from "./servers.ts";

const PROBLEMS: readonly ErrorCode[] = [
  "BAD_REQUEST",
  "UNAUTHENTICATED",
  "FORBIDDEN",
  "RATE_LIMITED",
  "INTERNAL",
  "SOURCE_UNAVAILABLE",
];

const ORDER = { resource: "sample/lane-distributions", filters: { challenge_id: id(1) }, format: "csv" };

/** The function `export`, which has a server of its own: all rows of a resource in one file. */
export async function exportPaths(): Promise<Json> {
  const rig = createExportRig({ now: EXAMPLE_TIME });
  const headers = { apikey: KEYS.secret, "content-type": "application/json" };
  const json = async (answer: Promise<Response>): Promise<Json> => await (await answer).json();
  const order = () => json(rig.ask("", { method: "POST", headers, body: JSON.stringify(ORDER) }));
  const one = `/${exportId(1)}`;
  const queued = await order();
  rig.exports.became(rig.exports.done());
  const done = await json(rig.ask(one, { headers }));
  const cancelled = await json(rig.ask(one, { method: "DELETE", headers }));
  return {
    "/export": {
      servers: serversOf(""),
      post: {
        operationId: "postExport",
        summary: "Have all rows of a resource written into one file",
        description:
          "For a user, who gets the rows that their reads show, and the secret key. A small export is done " +
          "with the answer. The same order, while the export runs, is the same export. Two exports of a user may run " +
          "at once, five of an organisation.",
        security: security.operators,
        tags: ["export"],
        requestBody: {
          required: true,
          description: "At most 16 KB.",
          content: {
            "application/json": { schema: { ...jsonSchemaOf(orderBody), description: "An order." }, example: ORDER },
          },
        },
        responses: {
          "201": answer("The file is ready.", done, "Location"),
          "202": answer("The export is queued or running.", queued, "Location", "Retry-After"),
          ...problemsOf(...PROBLEMS, "CONTENT_TOO_LARGE"),
        },
      },
    },
    "/export/{export_id}": {
      servers: serversOf(""),
      parameters: [{
        name: "export_id",
        in: "path",
        required: true,
        description: "The `export_id` of the answer to POST /export.",
        schema: { type: "string", format: "uuid" },
      }],
      get: {
        operationId: "getExport",
        summary: "The state of an export, and a link where its file is ready",
        description: "For the caller who ordered it, in the same organisation; to others it does not exist.",
        security: security.operators,
        tags: ["export"],
        parameters: [{
          name: "link_seconds",
          in: "query",
          required: false,
          description: "How long the link is valid; as ordered if it is left out.",
          schema: { type: "integer", minimum: 1, maximum: LONGEST_LINK_SECONDS },
        }],
        responses: { "200": answer("The export.", done, "Retry-After"), ...problemsOf(...PROBLEMS) },
      },
      delete: {
        operationId: "deleteExport",
        summary: "Cancel an export, or remove its file",
        description: "For the caller who ordered it. One that has ended otherwise stays as it is.",
        security: security.operators,
        tags: ["export"],
        responses: { "200": answer("The export.", cancelled, "Retry-After"), ...problemsOf(...PROBLEMS) },
      },
    },
  };
}

function answer(description: string, example: Json, ...extra: readonly HeaderName[]): Json {
  return {
    description,
    headers: headersNamed("Cache-Control", ...extra, ...ALWAYS),
    content: { "application/json": { schema: ref("schemas", "Export"), example } },
  };
}

const time = { type: "string", format: "date-time" };
const moment = { type: ["string", "null"], format: "date-time" };
const count = { type: ["integer", "null"], minimum: 0 };

/** The form of every answer about an export. */
export const exportSchema: Json = strictObject({
  data: strictObject({
    export_id: { type: "string", format: "uuid" },
    resource: { type: "string" },
    filters: { type: "object", description: "The parameters, with their defaults." },
    format: { enum: ["csv", "ndjson"] },
    compression: { enum: ["gzip", null], description: "Also `gzip` where a plain file was too large for the storage." },
    state: { enum: ["queued", "running", "done", "failed", "cancelled", "expired"] },
    percent: { type: ["integer", "null"], minimum: 0, maximum: 100, description: "Of the rows; 100 only with a file." },
    row_count: count,
    byte_count: { ...count, description: "Of the file as it is stored." },
    withheld_count: { ...count, description: "Rows that a minimum sample withheld; null without one." },
    version: { ...count, description: "The version of the rows." },
    as_of: { ...moment, description: "When the rows were computed." },
    requested_at: time,
    finished_at: moment,
    expires_at: { ...moment, description: "When the file is removed." },
    error: {
      oneOf: [{ type: "null" }, strictObject({ code: { type: "string" }, detail: { type: "string" } })],
      description: "Why there is no file.",
    },
    link: {
      oneOf: [{ type: "null" }, strictObject({ url: { type: "string", format: "uri" }, expires_at: time })],
      description: "Downloads the file without a credential; each answer has its own.",
    },
  }),
  meta: strictObject({ resource: { const: "export" } }),
});
