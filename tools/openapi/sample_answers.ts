import type { Resource } from "../../shared/resource/resource.ts";
import { createHttpRig } from "../../tests/support/rigs/http_rig.ts";
import { contracted } from "../../tests/support/fixtures/contracted.ts";

/** The fixed time of every example, so that examples change with the product, not with the day. */
export const EXAMPLE_TIME = Date.parse("2026-11-20T10:00:00Z");

export interface SampleAnswers {
  readonly json: unknown;
  readonly csv: string;
}

/** The real handler's answers to the resource's sample request, over the contract tests' sample rows. */
export async function sampleAnswers(resource: Resource): Promise<SampleAnswers> {
  const { ask } = contracted(resource, createHttpRig({ now: EXAMPLE_TIME }));
  const [json, csv] = await Promise.all(["json", "csv"].map(async (format) => {
    const response = await ask(`&format=${format}`);
    if (response.status !== 200) {
      throw new Error(`The sample question got ${response.status}: ${await response.text()}`);
    }
    return await response.text();
  }));
  return { json: JSON.parse(json ?? ""), csv: csv ?? "" };
}
