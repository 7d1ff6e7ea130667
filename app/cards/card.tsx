import { type ReactNode, useId, useMemo, useRef } from "react";
import type { Resource } from "../api/use_resource.ts";
import { duration } from "../words/numbers.ts";
import { Boundary } from "./boundary.tsx";
import { useTurn } from "../charts/gradual.ts";
import { useNow, useOnline } from "./moment.ts";
import { RefreshButton } from "./refresh_button.tsx";
import { ageOf, type AnyAnswer, notesOf, standingOf } from "./standing.ts";

interface Props<A extends AnyAnswer> {
  readonly title: string;
  readonly resource: Resource<A>;
  /** Why the card may be empty, and what fills it. */
  readonly empty: string;
  readonly emptyAction?: ReactNode;
  /** Whether an answer holds nothing to show; by default one without rows. */
  isEmpty?(answer: A): boolean;
  /** A sentence, when the rows are too few for what the card computes. */
  tooFew?(answer: A): string | null;
  readonly size?: "small" | "wide";
  readonly tools?: ReactNode;
  /** Whether the card says itself how many rows it leaves out; by default a note does. */
  readonly says_rest?: boolean;
  /** Whether the rows are of a view, which an administrator may refresh; left out, they are. */
  readonly has_view?: boolean;
  /** Called only when there is something to show. */
  readonly children: (answer: A) => ReactNode;
}

/** A piece of a page with its rows, their age and source, and a designed state for everything that can come between. */
export function Card<A extends AnyAnswer>(props: Props<A>) {
  const { title, resource, size = "small" } = props;
  return (
    <Boundary
      of={resource.answer}
      instead={() => (
        <section className={`card ${size}`} aria-label={title}>
          <h2>{title}</h2>
          <div className="state outage card-body" role="status">
            <p>The API's answer is not of the shape that these pages know. They may be of another version.</p>
            <button type="button" className="no-print" onClick={() => resource.askAgain()}>Try now</button>
          </div>
        </section>
      )}
    >
      <Shown {...props} />
    </Boundary>
  );
}

function Shown<A extends AnyAnswer>(props: Props<A>) {
  const { title, resource, empty, size = "small", has_view = true, says_rest = false } = props;
  const heading = useId();
  const now = useNow();
  const is_online = useOnline();
  const { answer } = resource;
  const too_few = answer === null ? null : props.tooFew?.(answer) ?? null;
  const standing = standingOf(resource, props.isEmpty ?? hasNoRows, { empty, too_few }, is_online);
  const section = useRef<HTMLElement>(null);
  const turn = useTurn(section);
  const is_shown = standing.kind === "rows" && turn === "now";
  const is_waiting = standing.kind === "loading" || (standing.kind === "rows" && !is_shown);
  // Not again each time that only the age is another.
  const rows = useMemo(
    () => is_shown && answer !== null ? props.children(answer) : null,
    [is_shown, answer, props.children],
  );
  const age = ageOf(resource, now);

  return (
    <section
      ref={section}
      className={`card ${size}`}
      aria-labelledby={heading}
      aria-busy={is_waiting}
      {...(turn === "later" ? { "data-turn": turn } : {})}
    >
      <div className="card-head">
        <h2 id={heading}>{title}</h2>
        {props.tools}
      </div>
      {standing.kind !== "loading" &&
        notesOf(resource, age, is_online).filter(({ kind }) => kind !== "truncated" || !says_rest).map((
          { kind, text },
        ) => (
          <p key={kind} className={`note ${kind}`} role="status">
            <span className="badge">{NAMES[kind]}</span> {text}
          </p>
        ))}
      <div className="card-body">
        {is_waiting && <Skeleton size={size} />}
        {rows}
        {standing.kind !== "loading" && standing.kind !== "rows" && (
          <div className={`state ${standing.kind}`}>
            <p role="status">{standing.text}</p>
            {standing.kind === "empty" && props.emptyAction}
            {(standing.kind === "outage" || standing.kind === "offline") && (
              <button
                type="button"
                className="no-print"
                onClick={() => resource.askAgain()}
              >
                Try now
              </button>
            )}
          </div>
        )}
      </div>
      <div className="source quiet">
        <p>
          {age === null ? "No answer yet" : `Verified ${duration(age)} ago`} · <code>{resource.name}</code>
          {answer?.meta.as_of != null && (
            <>
              {" "}· computed{" "}
              <time dateTime={answer.meta.as_of}>{answer.meta.as_of.slice(0, 16).replace("T", " ")} UTC</time>
            </>
          )}
        </p>
        {has_view && <RefreshButton resource={resource} of={title} />}
      </div>
    </section>
  );
}

const NAMES = { stale: "Stale", last_known: "Last known", truncated: "Not all", withheld: "Withheld" } as const;

function hasNoRows({ data }: AnyAnswer): boolean {
  return Array.isArray(data) && data.length === 0;
}

/** Of the size of what comes, so that nothing moves when it comes. */
function Skeleton({ size }: { readonly size: "small" | "wide" }) {
  return (
    <div className={`skeleton ${size}`}>
      <span className="sr-only">Loading</span>
    </div>
  );
}
