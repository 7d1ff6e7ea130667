import { setFilters } from "./location.ts";

/** A filter of the page with a few values; it lives in the address. */
export function Choice({ name, label, value, options, className = "", keepsFirst = false }: {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  readonly className?: string;
  /** Whether the first value is in the address too, since it is not the one without a filter. */
  readonly keepsFirst?: boolean;
  readonly options: readonly (readonly [value: string, text: string])[];
}) {
  const first = keepsFirst ? null : options[0]?.[0];
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
