import type { Anchor } from '../model/ids.ts';

const NONE: readonly Anchor[] = [];

/** Token → anchors. Most tokens name one anchor, so one anchor is kept without a collection around it. */
export class MultiIndex {
  private readonly entries = new Map<string, Anchor | Set<Anchor>>();
  /** Tokens that several anchors have. */
  private readonly several = new Set<string>();

  get(token: string): readonly Anchor[] {
    const held = this.entries.get(token);
    if (held === undefined) return NONE;
    return typeof held === 'string' ? [held] : [...held];
  }

  /** Whether the token names this anchor and no other, or nothing at all. */
  isAlone(token: string, anchor: Anchor): boolean {
    const held = this.entries.get(token);
    return held === undefined || held === anchor;
  }

  tokens(): Iterable<string> {
    return this.entries.keys();
  }
  /** Those that several anchors have. */
  shared(): Iterable<string> {
    return this.several;
  }

  add(token: string, anchor: Anchor): void {
    const held = this.entries.get(token);
    if (held === undefined) this.entries.set(token, anchor);
    else if (typeof held !== 'string') held.add(anchor);
    else if (held !== anchor) {
      this.entries.set(token, new Set([held, anchor]));
      this.several.add(token);
    }
  }

  delete(token: string, anchor: Anchor): void {
    const held = this.entries.get(token);
    if (held === anchor) this.entries.delete(token);
    else if (held !== undefined && typeof held !== 'string') {
      held.delete(anchor);
      const [only] = held;
      if (held.size !== 1 || only === undefined) return;
      this.entries.set(token, only);
      this.several.delete(token);
    }
  }
}

/**
 * (scope, token) → anchors. The scope is a level of its own and not a prefix of the token: a text that is joined for the
 * look-up is copied and hashed every time, one that the record holds is hashed once.
 */
export class ScopedIndex<S extends string> {
  private readonly scopes = new Map<S, MultiIndex>();

  get(scope: S, token: string): readonly Anchor[] {
    return this.scopes.get(scope)?.get(token) ?? NONE;
  }

  of(scope: S): MultiIndex | undefined {
    return this.scopes.get(scope);
  }

  isAlone(scope: S, token: string, anchor: Anchor): boolean {
    return this.scopes.get(scope)?.isAlone(token, anchor) ?? true;
  }

  add(scope: S, token: string, anchor: Anchor): void {
    let index = this.scopes.get(scope);
    if (!index) {
      index = new MultiIndex();
      this.scopes.set(scope, index);
    }
    index.add(token, anchor);
  }

  delete(scope: S, token: string, anchor: Anchor): void {
    this.scopes.get(scope)?.delete(token, anchor);
  }
}
