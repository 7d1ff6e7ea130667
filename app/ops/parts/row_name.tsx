/** The name of a view or a job, which a narrow column breaks after an underscore and not within a word. */
export function RowName({ name }: { readonly name: string }) {
  return (
    <span className="row-name">
      {name.split(/(?<=_)/).flatMap((part, at) => at === 0 ? [part] : [<wbr key={at} />, part])}
    </span>
  );
}
