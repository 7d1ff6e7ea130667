import type { PageProps } from "../../../../app/frame/pages.ts";
import { linkTo } from "../../../../app/session/settings.ts";

interface Props extends Pick<PageProps, "links"> {
  /** The application's id of the feedback; null if there is none yet. */
  readonly id: string | null;
  readonly about: string;
}

/** A link to the feedback on an attempt, where the host has said how such links look. */
export function Feedback({ id, about, links }: Props) {
  if (id === null) return <span className="quiet">not yet</span>;
  const href = linkTo(links["feedback"], { feedback_id: id });
  if (href === null) return <span className="quiet">ready in the application</span>;
  return (
    <a href={href}>
      Open<span className="sr-only">the feedback on {about}</span>
    </a>
  );
}
