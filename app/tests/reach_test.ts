import { deepEqual, equal, rejects } from "node:assert/strict";
import { FreshetError } from "../../shared/client/mod.ts";
import { transportOf } from "../../shared/client/transport.ts";
import { LONGEST_ANSWER_MS, unkept } from "../api/api.tsx";
import { addressQuery } from "../try/form.tsx";

/** With a fetch that never answers by itself, and deadlines that come when they are told to. */
async function withSilence(body: (pass: () => void, told: { readonly ms: number[] }) => Promise<void>): Promise<void> {
  const [ownFetch, ownTimeout] = [globalThis.fetch, AbortSignal.timeout];
  const deadline = new AbortController();
  const told = { ms: [] as number[] };
  globalThis.fetch = (_input, init) =>
    new Promise((_resolve, reject) => {
      const stop = () => reject(init?.signal?.reason);
      if (init?.signal?.aborted === true) stop();
      else init?.signal?.addEventListener("abort", stop);
    });
  AbortSignal.timeout = (ms) => {
    told.ms.push(ms);
    return deadline.signal;
  };
  try {
    await body(() => deadline.abort(new DOMException("too long", "TimeoutError")), told);
  } finally {
    [globalThis.fetch, AbortSignal.timeout] = [ownFetch, ownTimeout];
  }
}

const ask = (signal: AbortSignal | null) =>
  transportOf({ url: "https://example.supabase.co", key: "k", fetch: unkept })("analytics/a", { headers: {}, signal });

Deno.test("an answer that never ends is an outage, so that the page asks again; leaving the page is none", async () => {
  await withSilence(async (pass, told) => {
    const asked = ask(new AbortController().signal);
    await Promise.resolve();
    pass();
    await rejects(asked, (error) => error instanceof FreshetError && error.code === "UNREACHABLE");
    deepEqual(told.ms, [LONGEST_ANSWER_MS]);
  });
  await withSilence(async () => {
    const leaving = new AbortController();
    const asked = ask(leaving.signal);
    leaving.abort("left");
    await rejects(asked, (reason) => reason === "left");
  });
});

Deno.test("another resource of the playground begins without the parameters of the one before, and stays embedded", () => {
  equal(
    addressQuery("?embed=1&resource=acme%2Fa&p.limit=5&search=x", "acme/b"),
    "resource=acme%2Fb&embed=1&search=x",
  );
});
