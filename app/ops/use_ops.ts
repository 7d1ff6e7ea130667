import { useMemo, useRef } from "react";
import type { Lister, Operator, OpsIncident, OpsPage } from "../../shared/client/mod.ts";
import { type Resource, useAnswer } from "../api/use_resource.ts";

/** An answer for operators, as a card takes it: true at the moment at which it was read. */
export interface OpsAnswer<Data, More = unknown> {
  readonly data: Data;
  readonly meta: { readonly as_of: null; readonly row_count?: number; readonly is_truncated?: boolean } & More;
  readonly freshness: { readonly age_seconds: number; readonly is_stale: false; readonly objective_seconds: null };
}

/** A list of which more pages can be had. */
export interface OpsList<Row, More = unknown> extends Resource<OpsAnswer<readonly Row[], More>> {
  showMore(): void;
}

const READ_NOW = { age_seconds: 0, is_stale: false, objective_seconds: null } as const;
const EVERY_SECONDS = 30;

/** An operator waits for what changes. */
export function useOps<Data, More>(
  name: string,
  asked: object,
  send: (signal: AbortSignal) => Promise<{ readonly data: Data; readonly meta: More }>,
): Resource<OpsAnswer<Data, More>> {
  return useAnswer(name, asked, async (signal) => {
    const { data, meta } = await send(signal);
    return { data, meta: { as_of: null, ...meta }, freshness: READ_NOW };
  }, EVERY_SECONDS);
}

/** The most that the API gives at once: of a list that is sorted here, one that is cut could leave out the worst. */
export const MOST_ROWS = 200;

/** The first page of a list, and as many more as were asked for; all of them are read again each time. */
export function useOpsList<Asked extends object, Row, More>(
  name: string,
  asked: Asked,
  read: Lister<Asked, Row, More>,
  page_rows = 50,
): OpsList<Row, More> {
  const pages = useRef(1);
  const list = useOps(name, asked, async (signal) => {
    const rows: Row[] = [];
    let page: OpsPage<Row, More> | null = null;
    for (let left = pages.current; left > 0 && page?.meta.next_cursor !== null; left--) {
      page = await read({ ...asked, limit: page_rows, cursor: page?.meta.next_cursor ?? undefined }, { signal });
      rows.push(...page.data);
    }
    if (page === null) throw new Error(`no page of ${name} was read`);
    const meta = { ...page.meta, row_count: rows.length, is_truncated: page.meta.next_cursor !== null };
    return { data: rows, meta };
  });
  return useMemo(() => ({
    ...list,
    showMore() {
      pages.current += 1;
      list.askAgain();
    },
  }), [list]);
}

/** The incident that an address names, wherever it is in the list; no row if there is none. */
export function useIncident(
  operator: Operator,
  incident_id: number | null,
): Resource<OpsAnswer<readonly OpsIncident[]>> {
  return useOps("ops/incidents", { incident_id }, async (signal) => {
    if (incident_id === null) return { data: [], meta: {} };
    // The newest first, below the cursor: the incident itself, or an older one.
    const { data } = await operator.incidents({ cursor: String(incident_id + 1), limit: 1 }, { signal });
    return { data: data.filter((incident) => incident.incident_id === incident_id), meta: {} };
  });
}
