import { type FormEvent, useState } from "react";
import { signInAsDemo } from "./resume.ts";
import type { Session } from "./session.ts";
import type { Settings } from "./settings.ts";

interface Props {
  readonly settings: Settings;
  readonly base: string;
  /** Why the person has to sign in again; null at first. */
  readonly notice: string | null;
  onSession(session: Session): void;
}

/** Locally one click for each demo person; everywhere an e-mail address and a password. */
export function SignIn({ settings, base, notice, onSession }: Props) {
  const [problem, setProblem] = useState<string | null>(null);
  const [is_busy, setBusy] = useState(false);

  async function attempt(work: () => Promise<Session>): Promise<void> {
    setBusy(true);
    setProblem(null);
    try {
      onSession(await work());
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
      setBusy(false);
    }
  }

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    void attempt(async () => {
      const { signInAtProject } = await import("./project.ts");
      return await signInAtProject(settings, String(form.get("email")), String(form.get("password")));
    });
  }

  return (
    <main className="sign-in" id="main">
      <h1>Sign in</h1>
      {notice !== null && <p role="status" className="notice">{notice}</p>}
      {settings.people.length > 0 && (
        <section aria-labelledby="as-demo">
          <h2 id="as-demo">As a demo person</h2>
          <p className="quiet">These exist on this machine only.</p>
          <ul className="people">
            {settings.people.map(({ name, title }) => (
              <li key={name}>
                <button
                  type="button"
                  className="wide"
                  disabled={is_busy}
                  onClick={() => void attempt(() => signInAsDemo(name, title, base))}
                >
                  {title}
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
      <section aria-labelledby="with-password">
        <h2 id="with-password">With a password</h2>
        <form onSubmit={submit}>
          <label>
            E-mail <input name="email" type="email" autoComplete="username" required />
          </label>
          <label>
            Password <input name="password" type="password" autoComplete="current-password" required />
          </label>
          <button type="submit" className="main-action" disabled={is_busy}>Sign in</button>
        </form>
      </section>
      {problem !== null && <p role="alert" className="problem">{problem}</p>}
    </main>
  );
}
