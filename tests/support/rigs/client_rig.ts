import { createFreshet, type Endpoint, type Freshet, type Patience } from "../../../shared/client/mod.ts";
import { createArenaRig, type createHttpRig, type HttpRigOptions } from "./http_rig.ts";
import { KEYS } from "../fixtures/tokens.ts";

/** A project that need not exist: its fetch is the real handler. */
export const PROJECT = "https://example.supabase.co";

type HttpRig = ReturnType<typeof createHttpRig>;

/** fetch, as a project with this function answers it; requests are noted. */
export function fetchOf(rig: Pick<HttpRig, "fetch">, asked: Request[] = []): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    request.signal.throwIfAborted();
    asked.push(request);
    const url = request.url.replace(`${PROJECT}/functions/v1`, "http://127.0.0.1:9999");
    return await rig.fetch(new Request(url, request));
  };
}

export interface ClientRig {
  readonly freshet: Freshet;
  readonly http: HttpRig;
  readonly asked: Request[];
  /** What was waited, in milliseconds. */
  readonly waited: number[];
  /** Runs at the next wait, in place of time. */
  whileWaiting: () => void;
}

/** The client over the real handler, whose arena views hold rows. */
export function createClientRig(
  options: Partial<Endpoint> & Patience & { readonly most_kept?: number } = {},
  server: HttpRigOptions = {},
): ClientRig {
  const http = createArenaRig(server);
  const asked: Request[] = [];
  const waited: number[] = [];
  const rig: ClientRig = {
    http,
    asked,
    waited,
    whileWaiting: () => {},
    freshet: createFreshet({
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
