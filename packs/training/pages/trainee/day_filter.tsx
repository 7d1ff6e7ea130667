import { setFilters } from "../../../../app/frame/location.ts";

/** The last day of the trend. Empty means today, whichever day that is. */
export function DayFilter({ value }: { readonly value: string | null }) {
  return (
    <label className="choice">
      up to{" "}
      <input
        type="date"
        value={value ?? ""}
        onChange={({ currentTarget }) => setFilters({ to: currentTarget.value || null })}
      />
    </label>
  );
}
