import type { IdentityId } from '../model/ids.ts';
import { NormalNames } from './normalNames.ts';

/** A business service, and who answers for what belongs to it. */
export interface Application {
  readonly id: IdentityId;
  readonly names: readonly string[];
  readonly ownerValue: string | undefined;
  readonly teamValue: string | undefined;
}

/** Applications by name: an identity that says only "Checkout" belongs to the one application that is called so. */
export class ApplicationDirectory {
  private readonly applications = new Map<IdentityId, Application>();
  private readonly normal = new NormalNames();
  private readonly byName = new Map<string, Set<IdentityId>>();

  get(id: IdentityId): Application | undefined {
    return this.applications.get(id);
  }

  /** @returns the normalised names under which somebody may find something else now; none when nothing changed. */
  put(id: IdentityId, application: Application | undefined): readonly string[] {
    const before = this.applications.get(id);
    if (JSON.stringify(before) === JSON.stringify(application)) return [];
    for (const name of before?.names ?? []) this.forget(name, id);
    if (application) this.applications.set(id, application);
    else this.applications.delete(id);
    for (const name of application?.names ?? []) this.learn(name, id);
    return [...(before?.names ?? []), ...(application?.names ?? [])];
  }

  private forget(name: string, id: IdentityId): void {
    const held = this.byName.get(name);
    held?.delete(id);
    if (held?.size === 0) this.byName.delete(name);
  }
  private learn(name: string, id: IdentityId): void {
    const held = this.byName.get(name);
    if (held) held.add(id);
    else this.byName.set(name, new Set([id]));
  }

  /** @returns undefined when none, or more than one, is called so. */
  named(name: string): Application | undefined {
    if (this.byName.size === 0) return undefined;
    const held = this.byName.get(this.normal.of(name));
    if (held?.size !== 1) return undefined;
    const [only] = held;
    return only === undefined ? undefined : this.applications.get(only);
  }
}
