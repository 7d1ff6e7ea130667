import { useEffect, useRef, useState } from "react";
import { FreshetError } from "../../shared/client/mod.ts";
import { useApi } from "./api.tsx";

/** Something that a person starts, and that ends by itself: an export, a refresh. */
export type TaskState<Progress, Result> =
  | { readonly kind: "idle" }
  | { readonly kind: "running"; readonly progress: Progress | null }
  | { readonly kind: "done"; readonly result: Result }
  | { readonly kind: "failed"; readonly text: string };

export interface Task<Progress, Result> {
  readonly state: TaskState<Progress, Result>;
  start(work: (signal: AbortSignal, tell: (progress: Progress) => void) => Promise<Result>): void;
  stop(): void;
}

/** One at a time; leaving the page aborts it. A `question` that changes makes the result one of another question. */
export function useTask<Progress, Result>(question: string): Task<Progress, Result> {
  const { onExpired } = useApi();
  const [state, setState] = useState<TaskState<Progress, Result>>({ kind: "idle" });
  const running = useRef<AbortController | null>(null);

  function stop(): void {
    running.current?.abort();
    running.current = null;
    setState({ kind: "idle" });
  }
  useEffect(() => stop, [question]);

  function start(work: Parameters<Task<Progress, Result>["start"]>[0]): void {
    running.current?.abort();
    const own = new AbortController();
    running.current = own;
    setState({ kind: "running", progress: null });
    const tell = (progress: Progress) => {
      if (!own.signal.aborted) setState({ kind: "running", progress });
    };
    work(own.signal, tell).then((result) => {
      if (!own.signal.aborted) setState({ kind: "done", result });
    }, (error) => {
      if (own.signal.aborted) return;
      if (error instanceof FreshetError && error.status === 401) onExpired();
      else setState({ kind: "failed", text: reasonOf(error) });
    });
  }

  return { state, start, stop };
}

export function reasonOf(error: unknown): string {
  if (!(error instanceof FreshetError)) return error instanceof Error ? error.message : String(error);
  return error.request_id === null ? error.detail : `${error.detail} (request ${error.request_id})`;
}
