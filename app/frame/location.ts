import { useMemo, useSyncExternalStore } from "react";

// Filters live in the address, so that what is seen can be linked, bookmarked and printed.

const MOVED = "freshet:moved";

function subscribe(onMove: () => void): () => void {
  addEventListener("popstate", onMove);
  addEventListener(MOVED, onMove);
  return () => {
    removeEventListener("popstate", onMove);
    removeEventListener(MOVED, onMove);
  };
}

export function usePath(): string {
  return useSyncExternalStore(subscribe, () => location.pathname);
}

export function useFilters(): URLSearchParams {
  const search = useSyncExternalStore(subscribe, () => location.search);
  return useMemo(() => new URLSearchParams(search), [search]);
}

/** Goes to another page of the same site, without loading it again. */
export function goTo(href: string): void {
  history.pushState(null, "", href);
  dispatchEvent(new Event(MOVED));
  scrollTo(0, 0);
}

/** Sets filters; null removes one. The Back button leaves the page, not the filter. */
export function setFilters(changes: Readonly<Record<string, string | null>>): void {
  history.replaceState(null, "", withFilters(location.pathname, location.search, changes));
  dispatchEvent(new Event(MOVED));
}

export function withFilters(path: string, search: string, changes: Readonly<Record<string, string | null>>): string {
  const filters = new URLSearchParams(search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) filters.delete(name);
    else filters.set(name, value);
  }
  const text = filters.toString();
  return text === "" ? path : `${path}?${text}`;
}

/** One of the offered values; the first one if the address has another. */
export function chosen<Value extends string>(
  filters: URLSearchParams,
  name: string,
  values: readonly [Value, ...Value[]],
): Value {
  return values.find((value) => value === filters.get(name)) ?? values[0];
}

/** A day, as YYYY-MM-DD, that exists; null otherwise. */
export function chosenDay(filters: URLSearchParams, name: string): string | null {
  const text = filters.get(name) ?? "";
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return null;
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text) ? text : null;
}

/** An id that is a whole number, as the API writes one; null otherwise. */
export function chosenId(filters: URLSearchParams, name: string): number | null {
  const text = filters.get(name) ?? "";
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : null;
}
