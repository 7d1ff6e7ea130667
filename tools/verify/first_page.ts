import { z } from "zod";
import type { Resource } from "../../shared/resource/resource.ts";
import type { SourceRequest } from "../../shared/read/source.ts";
import { sourceRequest } from "../../shared/read/source_request.ts";
import { sampleQuery, sampleRow } from "../../tests/support/fixtures/sample_values.ts";

/** The smallest valid request of the resource, without filters, for `limit` rows. A reading gets today's date. */
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
