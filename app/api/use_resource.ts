import { useLayoutEffect, useMemo, useReducer, useRef } from "react";
import { type AnswerOf, type Asked, FreshetError, type ResourceName, type Resources } from "../../shared/client/mod.ts";
import { useApi } from "./api.tsx";
import { atNextFrame } from "./batch.ts";
import { nextState, pauseOf, type ResourceEvent, type ResourceState, UNASKED } from "./resource_state.ts";

/** One question of a page, and what is known about it. */
export interface Resource<A> extends ResourceState<A> {
  /** As in the API, like acme/orders. */
  readonly name: string;
  askAgain(): void;
}

/**
 * Asks a resource, and asks again every minute while the page is seen: an unchanged answer is a 304 without a body, and
 * keeps the objects of the one before. Leaving the page, or changing a parameter, aborts the request.
 */
export function useResource<Name extends ResourceName>(
  name: Name,
  params: Resources[Name]["params"],
  { every_seconds = 60 }: { readonly every_seconds?: number } = {},
): Resource<AnswerOf<Name>> {
  const { client } = useApi();
  return useAnswer(name, params ?? {}, (signal) => {
    // The parameters are those of this resource, which the compiler cannot follow through the conditional type.
    const asked = [params, { signal }] as unknown as Asked<Resources[Name]["params"]>;
    return client.get(name, ...asked);
  }, every_seconds);
}

/**
 * The same for any question to the API.
 *
 * @param params with the name, which question it is: another one begins without the answer of the one before
 */
export function useAnswer<A>(
  name: string,
  params: object,
  send: (signal: AbortSignal) => Promise<A>,
  every_seconds: number,
): Resource<A> {
  const { client, onExpired } = useApi();
  const [state, tell] = useReducer(nextState<A>, UNASKED as ResourceState<A>);
  const question = JSON.stringify([name, params]);
  const again = useRef(() => {});

  // Before the first painting: the request is on its way while the browser paints.
  useLayoutEffect(() => {
    const leaving = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let current = UNASKED as ResourceState<A>;
    let is_busy = false;

    function say(event: ResourceEvent<A>): void {
      current = nextState(current, event);
      atNextFrame(() => {
        if (!leaving.signal.aborted) tell(event);
      });
    }

    async function ask(): Promise<void> {
      if (is_busy) return;
      is_busy = true;
      clearTimeout(timer);
      say({ kind: "asked" });
      try {
        say({ kind: "answered", answer: await send(leaving.signal), at: Date.now() });
      } catch (error) {
        if (leaving.signal.aborted) return;
        const failure = failureFor(error);
        if (failure.status === 401) return onExpired();
        say({ kind: "failed", failure });
      } finally {
        is_busy = false;
      }
      const pause = pauseOf(current, every_seconds);
      if (pause !== null && !leaving.signal.aborted) timer = setTimeout(askIfSeen, pause);
    }

    function askIfSeen(): void {
      if (document.visibilityState === "visible") void ask();
    }

    tell({ kind: "question" });
    again.current = () => void ask();
    void ask();
    document.addEventListener("visibilitychange", askIfSeen);
    addEventListener("online", askIfSeen);
    return () => {
      leaving.abort();
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", askIfSeen);
      removeEventListener("online", askIfSeen);
    };
    // `question` stands for name, params and `send`, which may be other objects at each render.
  }, [client, question, every_seconds]);

  return useMemo(() => ({ ...state, name, askAgain: () => again.current() }), [state, name]);
}

/** What was thrown, as a failure: the page goes on asking after a token that did not come, or an answer of another shape. */
export function failureFor(error: unknown): FreshetError {
  if (error instanceof FreshetError) return error;
  reportError(error);
  const nothing = { errors: [], retry_after_seconds: null, staleness: null, request_id: null };
  return new FreshetError({ code: "UNEXPECTED", status: 0, detail: String(error), ...nothing }, { cause: error });
}
