import {
  createFreshet,
  type Endpoint,
  type Freshet,
  type FreshetOptions,
  type Patience,
} from "../../../shared/client/mod.ts";
import { sample, type SamplePack } from "../sample_pack/client.ts";
import { type createHttpRig, createSampleRig, type HttpRigOptions } from "./http_rig.ts";
import { KEYS } from "../fixtures/tokens.ts";

/** URL of a project that need not exist: `fetch` calls the real handler. */
export const PROJECT = "https://example.supabase.co";

type HttpRig = ReturnType<typeof createHttpRig>;

/** A fetch that the rig's handler answers; it adds each request to `asked`. */
export function fetchOf(rig: Pick<HttpRig, "fetch">, asked: Request[] = []): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    request.signal.throwIfAborted();
    asked.push(request);
    const url = request.url.replace(`${PROJECT}/functions/v1`, "http://127.0.0.1:9999");
    return await rig.fetch(new Request(url, request));
  };
}

/** The client as an application creates it, plus the sample pack. */
export function createSampleFreshet(options: FreshetOptions): Freshet & { readonly sample: SamplePack } {
  const freshet = createFreshet(options);
  return { ...freshet, sample: sample(freshet) };
}

export interface ClientRig {
  readonly freshet: ReturnType<typeof createSampleFreshet>;
  readonly http: HttpRig;
  readonly asked: Request[];
  /** The waiting times, in milliseconds. */
  readonly waited: number[];
  /** Runs at the next wait, instead of waiting. */
  whileWaiting: () => void;
}

/** The client over the real handler, whose sample views have rows. */
export function createClientRig(
  options: Partial<Endpoint> & Patience & { readonly most_kept?: number } = {},
  server: HttpRigOptions = {},
): ClientRig {
  const http = createSampleRig(server);
  const asked: Request[] = [];
  const waited: number[] = [];
  const rig: ClientRig = {
    http,
    asked,
    waited,
    whileWaiting: () => {},
    freshet: createSampleFreshet({
      url: PROJECT,
      key: KEYS.publishable,
      fetch: fetchOf(http, asked),
      sleep: (milliseconds, signal) => {
        waited.push(milliseconds);
        rig.whileWaiting();
        signal?.throwIfAborted();
        return Promise.resolve();
      },
      ...options,
    }),
  };
  return rig;
}
