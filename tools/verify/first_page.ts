import { z } from "zod";
import type { Resource } from "../../shared/core/resource.ts";
import type { SourceRequest } from "../../shared/core/source.ts";
import { sourceRequest } from "../../shared/core/source_request.ts";
import { sampleQuery, sampleRow } from "../../tests/support/sample_values.ts";

/** The least question that the resource takes, without its filters, for as many rows. A reading answers as of today. */
export function firstPage(resource: Resource, limit: number): SourceRequest {
  const request = sourceRequest({
    resource: { ...resource, filters: [], minimum_sample: null },
    params: z.record(z.string(), z.unknown()).parse(
      resource.params.parse(sampleQuery(resource, sampleRow(resource, 1))),
    ),
    scope: { label: "all", restriction: null },
    day: new Date().toISOString().slice(0, 10),
  });
  return { ...request, limit };
}
