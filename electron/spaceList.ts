import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import * as z from 'zod';
import { type HostSpace, type HostSpaces, hostSpace, MOST_SPACES, type SpacePlace, spacePlace } from '../shared/bridge/hostSpaces.ts';

const file = z.object({ v: z.literal(1), current: spacePlace, spaces: z.array(hostSpace).max(MOST_SPACES + 1) }).strict();

const LOCAL: HostSpace = { place: 'local' };

/**
 * Which registers this person opens in the window, and which was the last: one file of addresses and names. What a device holds of a
 * register, its key among it, is the page's own, by the id of the register.
 */
export class SpaceList {
  readonly #path: string;
  #current: SpacePlace = 'local';
  #spaces: readonly HostSpace[] = [LOCAL];

  private constructor(path: string) {
    this.#path = path;
  }

  /** @returns the list, and `damaged` when there was one that cannot be read: it is put aside under another name. */
  static open(path: string): { readonly list: SpaceList; readonly damaged: boolean } {
    const list = new SpaceList(path);
    return { list, damaged: !list.#load() };
  }

  #load(): boolean {
    let text: string;
    try {
      text = readFileSync(this.#path, 'utf8');
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'ENOENT';
    }
    const said = file.safeParse(parsed(text)).data;
    if (said === undefined) {
      renameSync(this.#path, `${this.#path}.damaged`);
      return false;
    }
    const local = said.spaces.find(({ place }) => place === 'local') ?? LOCAL;
    this.#spaces = [local, ...said.spaces.filter(({ place }, index) => place !== 'local' && isFirst(said.spaces, index))];
    this.#current = this.has(said.current) ? said.current : 'local';
    return true;
  }

  get current(): SpacePlace {
    return this.#current;
  }

  get all(): HostSpaces {
    return { current: this.#current, spaces: [...this.#spaces] };
  }

  has(place: SpacePlace): boolean {
    return this.#spaces.some((space) => space.place === place);
  }

  /** @returns false when there are too many already. */
  open(place: SpacePlace): boolean {
    if (!this.has(place)) {
      if (this.#spaces.length > MOST_SPACES) return false;
      this.#spaces = [...this.#spaces, { place }];
    }
    this.#current = place;
    this.#save();
    return true;
  }

  leave(place: SpacePlace): void {
    if (place === 'local') return;
    this.#spaces = this.#spaces.filter((space) => space.place !== place);
    if (this.#current === place) this.#current = 'local';
    this.#save();
  }

  /** The register that is open says what it is called. */
  name(said: Pick<Required<HostSpace>, 'name' | 'space'>): void {
    const now = this.#spaces.find(({ place }) => place === this.#current);
    if (now === undefined || (now.name === said.name && now.space === said.space)) return;
    this.#spaces = this.#spaces.map((space) => (space.place === this.#current ? { place: space.place, ...said } : space));
    this.#save();
  }

  /** Written beside and renamed, so that a crash leaves the old one. A disk that refuses costs the next start, not this one. */
  #save(): void {
    try {
      writeFileSync(`${this.#path}.new`, JSON.stringify({ v: 1, ...this.all }), { mode: 0o600 });
      renameSync(`${this.#path}.new`, this.#path);
    } catch {
      return;
    }
  }
}

const isFirst = (spaces: readonly HostSpace[], index: number): boolean =>
  spaces.findIndex(({ place }) => place === spaces[index]?.place) === index;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
