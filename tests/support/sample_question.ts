import { fullName, type Resource } from "../../shared/core/resource.ts";
import type { createHttpRig } from "./http_rig.ts";
import { sampleQuery, sampleRow } from "./sample_values.ts";
import { KEYS } from "./tokens.ts";

export interface SampleQuestion {
  readonly query?: Readonly<Record<string, string>>;
  /** Beside, or instead of, the secret key. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
  readonly anonymous?: boolean;
}

/** Puts two sample rows into the resource's view; what comes back asks for one, as somebody who may read it. */
export function sampleAsker(
  rig: ReturnType<typeof createHttpRig>,
  resource: Resource,
): (question?: SampleQuestion) => Promise<Response> {
  const row = sampleRow(resource, 1);
  rig.source.refresh(resource.view, [row, sampleRow(resource, 2)]);
  return ({ query = {}, headers = {}, method = "GET", anonymous = false } = {}) => {
    const search = new URLSearchParams({ ...sampleQuery(resource, row), ...query });
    const path = `/analytics/${fullName(resource)}?${search}`;
    return rig.ask(path, anonymous ? { anonymous } : { method, headers: { apikey: KEYS.secret, ...headers } });
  };
}
