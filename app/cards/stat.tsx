import type { ReactNode } from "react";

/** One figure with its name, and a line that says what it rests on. */
export function Stat({ name, value, children }: {
  readonly name: string;
  readonly value: string;
  readonly children?: ReactNode;
}) {
  return (
    <div className="stat">
      <dt>{name}</dt>
      <dd>
        <span className="value">{value}</span>
        {children !== undefined && <span className="quiet rest">{children}</span>}
      </dd>
    </div>
  );
}
