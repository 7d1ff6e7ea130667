import { Component, type ReactNode } from "react";

interface Props {
  /** What is rendered: a part that failed is tried again with another one. */
  readonly of: unknown;
  /** In place of what could not be rendered. */
  instead(retry: () => void): ReactNode;
  readonly children: ReactNode;
}

interface State {
  /** Null, or that of the rendering that failed. */
  readonly failed: { readonly of: unknown } | null;
}

/** Keeps a part that cannot be rendered, as with rows of another shape than promised, from taking the page with it. */
export class Boundary extends Component<Props, State> {
  override state: State = { failed: null };

  // The static ways to do this are overrides for the types of Preact, and unknown to those of React.
  override componentDidCatch(error: unknown): void {
    this.setState({ failed: { of: this.props.of } });
    // For the browser's console, and for a host that listens to errors of the window.
    reportError(error);
  }

  override render(): ReactNode {
    const { failed } = this.state;
    if (failed === null || failed.of !== this.props.of) return this.props.children;
    return this.props.instead(() => this.setState({ failed: null }));
  }
}
