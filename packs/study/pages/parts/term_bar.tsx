/** One addend of a score. */
export interface Term {
  readonly name: string;
  /** What it adds to the score. */
  readonly part: number;
}

const WIDTH = 100;

/** Addends of a score, one after the other on a track of the greatest score. The figures are beside it as text. */
export function TermBar({ terms, most }: { readonly terms: readonly Term[]; readonly most: number }) {
  const scale = most > 0 ? WIDTH / most : 0;
  let from = 0;
  const parts = terms.map(({ name, part }) => {
    const x = from;
    const width = Math.max(0, part * scale);
    from += width;
    return { name, x, width };
  });
  return (
    <svg className="term-bar" viewBox={`0 0 ${WIDTH} 10`} preserveAspectRatio="none" aria-hidden="true">
      <rect width={WIDTH} height="10" className="heat heat-0" />
      {parts.map(({ name, x, width }, place) => (
        <rect key={name} x={x} width={width} height="10" className={`heat ${STEPS[place] ?? "term-1"}`} />
      ))}
    </svg>
  );
}

/** Which colour is which term. */
export function TermLegend({ names }: { readonly names: readonly string[] }) {
  return (
    <ul className="legend quiet" aria-label="Colours of the terms">
      {names.map((name, place) => (
        <li key={name}>
          <span className={`swatch ${STEPS[place] ?? "term-1"}`} aria-hidden="true" /> {name}
        </li>
      ))}
    </ul>
  );
}

const STEPS = ["term-1", "term-2", "term-3", "term-4"] as const;
