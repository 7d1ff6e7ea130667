import pages from "../../shared/http/runbook.json" with { type: "json" };
import { ALWAYS, headersNamed } from "./headers.ts";
import type { Json } from "./json.ts";
import { pathItem } from "./path_item.ts";
import { problemsOf } from "./problems.ts";
import { security } from "./security.ts";

/** The pages that alerts and incidents link to. */
export function runbookPath(): Json {
  return pathItem({
    path: "/runbook",
    summary: "A page of the runbook: what a kind of trouble means, and its repair",
    description: "Markdown, sent as plain text. Needs no credential.",
    security: [{}, ...security.anybody],
    tag: "ops",
    parameters: [{
      name: "page",
      in: "path",
      required: true,
      description: "The kind of an incident and `.md`; `README.md` lists them.",
      schema: { type: "string", enum: Object.keys(pages) },
    }],
    responses: {
      "200": {
        description: "The page.",
        headers: headersNamed("Cache-Control", ...ALWAYS),
        content: { "text/plain": { schema: { type: "string" } } },
      },
      ...problemsOf("BAD_REQUEST", "UNAUTHENTICATED", "NOT_FOUND", "RATE_LIMITED", "INTERNAL"),
    },
  });
}
