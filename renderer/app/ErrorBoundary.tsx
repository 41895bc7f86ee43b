import { Component, type ReactNode } from 'react';
import { ActionButton } from '../parts/ActionButton.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';

interface State {
  readonly problem: string | undefined;
}

/** A screen that breaks says so and offers the way out; the register itself is safe in the engine. `resetOn`: where the person is now. */
export class ErrorBoundary extends Component<{ readonly children: ReactNode; readonly resetOn?: string }, State> {
  override state: State = { problem: undefined };

  static getDerivedStateFromError(error: unknown): State {
    return { problem: error instanceof Error ? error.message : 'unknown' };
  }

  override componentDidUpdate(before: { readonly resetOn?: string }): void {
    if (before.resetOn !== this.props.resetOn && this.state.problem !== undefined) this.setState({ problem: undefined });
  }

  override render(): ReactNode {
    if (this.state.problem === undefined) return this.props.children;
    return (
      <div role="alert">
        <EmptyState
          title="This screen stopped working"
          actions={
            <>
              <ActionButton tone="primary" onClick={() => this.setState({ problem: undefined })}>
                Try again
              </ActionButton>
              <ActionButton onClick={() => location.assign('#/register')}>Go to the register</ActionButton>
              <ActionButton onClick={() => location.reload()}>Reload</ActionButton>
            </>
          }
        >
          <p>Nothing is lost: what you changed is saved before it is shown.</p>
          <p className="mu-detail">{this.state.problem.slice(0, 300)}</p>
        </EmptyState>
      </div>
    );
  }
}
