import { Component, type ReactNode } from "react";
import { Failure } from "./Failure";

/** Shows what could not be drawn or loaded, in place of its children. */
export class FailureBoundary extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override render() {
    if (this.state.error === null) return this.props.children;
    return (
      <Failure
        what="The page could not be shown"
        error={this.state.error}
        onRetry={() => {
          window.location.reload();
        }}
      />
    );
  }
}
