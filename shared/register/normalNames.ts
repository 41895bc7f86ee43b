import { normalName } from '../base/text.ts';

const MOST = 20_000;

/** Normal forms of names that rows say again and again: to fold a name costs as much as all else that resolves it. */
export class NormalNames {
  private readonly known = new Map<string, string>();

  of(name: string): string {
    const known = this.known.get(name);
    if (known !== undefined) return known;
    const normal = normalName(name);
    if (this.known.size < MOST) this.known.set(name, normal);
    return normal;
  }
}
