import { setFilters } from "./location.ts";

/** A filter of the page with a few values; it lives in the address. */
export function Choice({ name, label, value, options, className = "" }: {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  readonly className?: string;
  readonly options: readonly (readonly [value: string, text: string])[];
}) {
  const first = options[0]?.[0];
  return (
    <label className={`choice ${className}`}>
      {label}{" "}
      <select
        value={value}
        onChange={({ currentTarget }) =>
          setFilters({ [name]: currentTarget.value === first ? null : currentTarget.value })}
      >
        {options.map(([option, text]) => <option key={option} value={option}>{text}</option>)}
      </select>
    </label>
  );
}
