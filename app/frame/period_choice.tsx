import { Choice } from "./choice.tsx";
import { setFilters } from "./location.ts";

/** The filters of a period: how long it is, and the last day, which is `to` in the address. */
export function PeriodChoice({ name, value, options, to }: {
  readonly name: string;
  readonly value: string;
  readonly options: readonly (readonly [value: string, text: string])[];
  /** Null for today, whichever day that is. */
  readonly to: string | null;
}) {
  return (
    <>
      <Choice name={name} label="Period" value={value} options={options} />
      <label className="choice">
        up to{" "}
        <input
          type="date"
          value={to ?? ""}
          onChange={({ currentTarget }) => setFilters({ to: currentTarget.value || null })}
        />
      </label>
    </>
  );
}
