import { setFilters, useFilters } from "../../../../app/frame/location.ts";

/** Whose figures the page shows: undefined for the signed-in person's own. The API decides who may read another's. */
export function usePerson(): string | undefined {
  return useFilters().get("person") ?? undefined;
}

/** The page's heading, which says whose figures these are. */
export function Heading({ title }: { readonly title: string }) {
  const person = usePerson();
  if (person === undefined) return <h1>{title}</h1>;
  return (
    <>
      <h1>{title.replace(/^My /, "").replace(/^./, (first) => first.toUpperCase())} of {person}</h1>
      <button type="button" className="no-print" onClick={() => setFilters({ person: null })}>Show my own</button>
    </>
  );
}
