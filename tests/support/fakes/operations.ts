import { sourceUnavailable } from "../../../shared/kernel/app_error.ts";
import type {
  Incident,
  IncidentsAsked,
  Job,
  JobsAsked,
  Operations,
  Page,
  Run,
  RunsAsked,
} from "../../../shared/ops/lists.ts";

/** The operators' lists from memory: returns the given rows and records each request. */
export class FakeOperations implements Operations {
  readonly asked: (IncidentsAsked | JobsAsked | RunsAsked)[] = [];
  is_down = false;
  next_cursor: string | null = null;
  kept: { incidents: readonly Incident[]; jobs: readonly Job[]; runs: readonly Run[] } = {
    incidents: [],
    jobs: [],
    runs: [],
  };

  incidents(asked: IncidentsAsked): Promise<Page<Incident>> {
    return this.#answer(asked, this.kept.incidents);
  }

  jobs(asked: JobsAsked): Promise<Page<Job>> {
    return this.#answer(asked, this.kept.jobs);
  }

  runs(asked: RunsAsked): Promise<Page<Run>> {
    return this.#answer(asked, this.kept.runs);
  }

  #answer<Row>(asked: IncidentsAsked | JobsAsked | RunsAsked, rows: readonly Row[]): Promise<Page<Row>> {
    this.asked.push(asked);
    if (this.is_down) return Promise.reject(sourceUnavailable("list_incidents failed"));
    return Promise.resolve({ rows, next_cursor: this.next_cursor });
  }
}
