import { sourceUnavailable } from "../../../shared/kernel/app_error.ts";
import type { Acting, Action, JobAction } from "../../../shared/ops/actions.ts";
import type {
  ActionsAsked,
  Incident,
  IncidentsAsked,
  Job,
  JobsAsked,
  Operations,
  OutboxAsked,
  Page,
  Run,
  RunsAsked,
  ViewsAsked,
} from "../../../shared/ops/lists.ts";
import type { Alert, OutboxTotals } from "../../../shared/ops/outbox.ts";
import type { View } from "../../../shared/ops/views.ts";

type Asked = IncidentsAsked | JobsAsked | RunsAsked | ViewsAsked | OutboxAsked | ActionsAsked;

interface Kept {
  readonly incidents: readonly Incident[];
  readonly jobs: readonly Job[];
  readonly runs: readonly Run[];
  readonly views: readonly View[];
  readonly outbox: readonly Alert[];
  readonly actions: readonly Action[];
}

/** The operators' lists from memory: returns the given rows and records each request. */
export class FakeOperations implements Operations {
  readonly asked: Asked[] = [];
  readonly done: (JobAction & Acting)[] = [];
  is_down = false;
  next_cursor: string | null = null;
  kept: Kept = { incidents: [], jobs: [], runs: [], views: [], outbox: [], actions: [] };
  totals: OutboxTotals = { pending_count: 0, parked_count: 0, oldest_undelivered_seconds: null };
  /** What an action of these names comes to. Default: there is no such job. */
  readonly acts = new Map<string, Error | Action>();

  incidents(asked: IncidentsAsked): Promise<Page<Incident>> {
    return this.#answer(asked, this.kept.incidents);
  }

  jobs(asked: JobsAsked): Promise<Page<Job>> {
    return this.#answer(asked, this.kept.jobs);
  }

  runs(asked: RunsAsked): Promise<Page<Run>> {
    return this.#answer(asked, this.kept.runs);
  }

  views(asked: ViewsAsked): Promise<Page<View>> {
    return this.#answer(asked, this.kept.views);
  }

  async outbox(asked: OutboxAsked): Promise<Page<Alert> & { readonly totals: OutboxTotals }> {
    return { ...await this.#answer(asked, this.kept.outbox), totals: this.totals };
  }

  actions(asked: ActionsAsked): Promise<Page<Action>> {
    return this.#answer(asked, this.kept.actions);
  }

  act(order: JobAction, by: Acting): Promise<Action | null> {
    this.done.push({ ...order, ...by });
    const act = this.acts.get(order.job) ?? null;
    return act instanceof Error ? Promise.reject(act) : Promise.resolve(act);
  }

  #answer<Row>(asked: Asked, rows: readonly Row[]): Promise<Page<Row>> {
    this.asked.push(asked);
    if (this.is_down) return Promise.reject(sourceUnavailable("list_incidents failed"));
    return Promise.resolve({ rows, next_cursor: this.next_cursor });
  }
}
