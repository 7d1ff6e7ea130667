import { Component, type ReactNode } from "react";

interface Props {
  /** What is rendered: a part that failed is tried again with another one. */
  readonly of: unknown;
  /** In place of what could not be rendered. */
  instead(retry: () => void): ReactNode;
  readonly children: ReactNode;
}

interface State {
  readonly of: unknown;
  readonly has_failed: boolean;
}

/** Keeps a part that cannot be rendered, as with rows of another shape than promised, from taking the page with it. */
export class Boundary extends Component<Props, State> {
  override state: State = { of: this.props.of, has_failed: false };

  static override getDerivedStateFromError(): Partial<State> {
    return { has_failed: true };
  }

  static override getDerivedStateFromProps({ of }: Props, state: State): Partial<State> | null {
    return of === state.of ? null : { of, has_failed: false };
  }

  override componentDidCatch(error: unknown): void {
    // For the browser's console, and for a host that listens to errors of the window.
    reportError(error);
  }

  override render(): ReactNode {
    return this.state.has_failed ? this.props.instead(() => this.setState({ has_failed: false })) : this.props.children;
  }
}
