import {
  createContext,
  type FormEvent,
  type ReactNode,
  useContext,
  useEffect,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { reasonOf } from "../../api/use_task.ts";

interface Props {
  readonly title: string;
  /** What the button does, like "Mute". */
  readonly action: string;
  /** Fields, and what will happen. */
  readonly children: ReactNode;
  /** Done before the dialog closes; what it throws is shown, and the dialog stays. */
  act(form: FormData): Promise<void>;
  onClose(): void;
}

/**
 * Asks before something is changed. The browser keeps the focus inside, closes it with Escape, and gives the focus back to
 * the button that opened it.
 */
export function ConfirmDialog({ title, action, children, act, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  const [problem, setProblem] = useState<string | null>(null);
  const [is_busy, setBusy] = useState(false);
  const is_sent = useRef(false);
  useEffect(() => dialog.current?.showModal(), []);

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    // A second click may come before the button is drawn as switched off.
    if (is_sent.current) return;
    is_sent.current = true;
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setProblem(null);
    try {
      await act(form);
      dialog.current?.close();
    } catch (error) {
      setProblem(reasonOf(error));
      setBusy(false);
      is_sent.current = false;
    }
  }

  return (
    <dialog ref={dialog} className="confirm" aria-labelledby={heading} onClose={onClose}>
      <form onSubmit={(event) => void submit(event)}>
        <h3 id={heading}>{title}</h3>
        {children}
        {problem !== null && <p role="alert" className="problem">{problem}</p>}
        <div className="confirm-tools">
          <button type="button" onClick={() => dialog.current?.close()}>Cancel</button>
          <button type="submit" className="main-action" disabled={is_busy}>{action}</button>
        </div>
      </form>
    </dialog>
  );
}

type DialogOf = (close: () => void) => ReactNode;

const OpenDialog = createContext<(dialog: DialogOf, opener: HTMLElement) => void>(() => {
  throw new Error("a dialog is opened outside of <Dialogs>");
});

/**
 * Holds the open dialog of what is inside. It stays when its button goes, as when a row leaves the list while somebody
 * writes a reason.
 */
export function Dialogs({ children }: { readonly children: ReactNode }) {
  const [shown, setShown] = useState<DialogOf | null>(null);
  const from = useRef<{ readonly opener: HTMLElement; readonly card: HTMLElement | null } | null>(null);
  const open = useMemo(() => (dialog: DialogOf, opener: HTMLElement) => {
    from.current = { opener, card: opener.closest<HTMLElement>(".card") };
    setShown(() => dialog);
  }, []);
  function close(): void {
    setShown(null);
    if (from.current?.opener.isConnected === false) focusOn(from.current.card);
  }
  return (
    <OpenDialog.Provider value={open}>
      {children}
      {shown?.(close)}
    </OpenDialog.Provider>
  );
}

/** In place of a button that is gone: otherwise the top of the page has the focus. */
function focusOn(card: HTMLElement | null): void {
  if (card === null) return;
  card.tabIndex = -1;
  card.focus();
}

/** A button that opens a dialog; the dialog exists only while it is open. */
export function Asking({ text, of, dialog }: {
  readonly text: string;
  /** What it is about, for a screen reader: the name of a job. */
  readonly of: string;
  readonly dialog: DialogOf;
}) {
  const open = useContext(OpenDialog);
  const button = useRef<HTMLButtonElement>(null);
  // What was done may take the button away, as adopting does.
  useLayoutEffect(() => {
    const own = button.current;
    return () => {
      if (own !== null && document.activeElement === own) focusOn(own.closest<HTMLElement>(".card"));
    };
  }, []);
  return (
    <button
      ref={button}
      type="button"
      aria-haspopup="dialog"
      onClick={({ currentTarget }) => open(dialog, currentTarget)}
    >
      {text}
      <span className="sr-only">{` ${of}`}</span>
    </button>
  );
}
