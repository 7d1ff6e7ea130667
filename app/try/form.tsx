import type { FormEvent } from "react";
import type { FieldError } from "../../shared/client/mod.ts";
import { setFilters } from "../frame/location.ts";
import type { Field } from "./fields.ts";

interface Props {
  readonly fields: readonly Field[];
  readonly values: Readonly<Record<string, string>>;
  /** What the API says about single parameters. */
  readonly errors: readonly FieldError[];
  readonly is_busy: boolean;
  onSend(): void;
}

/** The address of the page holds each parameter under this prefix, apart from what the page itself keeps there. */
export const PREFIX = "p.";

/** The address of another resource: without the parameters of this one, with all else, as whether the page is embedded. */
export function addressQuery(search: string, resource: string): string {
  const kept = [...new URLSearchParams(search)].filter(([name]) => name !== "resource" && !name.startsWith(PREFIX));
  return new URLSearchParams([["resource", resource], ...kept]).toString();
}

/** A control for each parameter. The API checks them, all at once, so the browser's own check stays out of the way. */
export function ParameterForm({ fields, values, errors, is_busy, onSend }: Props) {
  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    onSend();
  }
  return (
    <form className="try-form" noValidate onSubmit={submit}>
      {fields.length === 0 && <p className="quiet">It has no parameters.</p>}
      {fields.map((field) => (
        <ParameterControl
          key={field.name}
          field={field}
          value={values[field.name] ?? ""}
          reasons={errors.filter((error) => error.field === field.name).map(({ reason }) => reason)}
        />
      ))}
      <button type="submit" className="main-action" disabled={is_busy}>Send</button>
    </form>
  );
}

function ParameterControl({ field, value, reasons }: {
  readonly field: Field;
  readonly value: string;
  readonly reasons: readonly string[];
}) {
  const { name, kind, is_required, otherwise, options } = field;
  const id = `parameter-${name}`;
  const about = `${id}-about`;
  const problem = `${id}-problem`;
  const is_refused = reasons.length > 0;
  const set = (text: string) => setFilters({ [PREFIX + name]: text === "" ? null : text });
  const shared = {
    id,
    name,
    value,
    required: is_required,
    "aria-invalid": is_refused,
    "aria-describedby": is_refused ? `${problem} ${about}` : about,
  };
  return (
    <div className="try-field">
      <label htmlFor={id}>
        <code>{name}</code>
        {is_required && <span className="badge">required</span>}
      </label>
      {kind === "choice"
        ? (
          <select {...shared} onChange={({ currentTarget }) => set(currentTarget.value)}>
            <option value="">{otherwise === null ? "" : `${otherwise} (default)`}</option>
            {options.filter((option) => option !== otherwise).map((option) => <option key={option}>{option}</option>)}
          </select>
        )
        : (
          <input
            {...shared}
            {...typeOf(field)}
            autoComplete="off"
            placeholder={otherwise ?? ""}
            onInput={({ currentTarget }) => set(currentTarget.value)}
          />
        )}
      {is_refused && <p id={problem} className="try-refused">{reasons.join("; ")}</p>}
      <p id={about} className="quiet">{field.description} {limitsOf(field)}</p>
    </div>
  );
}

function typeOf({ kind, min, max, longest }: Field) {
  if (kind === "day") return { type: "date" } as const;
  if (kind === "month") return { type: "month" } as const;
  if (kind === "text") return { type: "text", ...(longest === null ? {} : { maxLength: longest }) } as const;
  return { type: "number", step: 1, ...(min === null ? {} : { min }), ...(max === null ? {} : { max }) } as const;
}

function limitsOf({ kind, min, max, otherwise }: Field): string {
  const range = kind === "number" && min !== null && max !== null ? `${min} to ${max}` : null;
  const left_out = otherwise === null || kind === "choice" ? null : `by default ${otherwise}`;
  const said = [range, left_out].filter((text) => text !== null).join(", ");
  return said === "" ? "" : `(${said})`;
}
