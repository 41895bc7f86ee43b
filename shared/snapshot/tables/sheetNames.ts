const LONGEST = 31;

/** Names of sheets: at most 31 characters, without those that a reference to a sheet uses, and each once whatever its case. */
export class SheetNames {
  readonly all: string[] = [];
  readonly #taken = new Set<string>();

  /** @returns the number of the sheet, from 1. The second of one title is `Register 2`. */
  next(title: string): number {
    const plain =
      title
        .replace(/[\\/?*[\]:\u0000-\u001f]/g, ' ')
        .replace(/^'+|'+$/g, '')
        .trim() || 'Sheet';
    let name = plain.slice(0, LONGEST);
    for (let count = 2; this.#taken.has(name.toLowerCase()); count++) {
      const ending = ` ${count}`;
      name = plain.slice(0, LONGEST - ending.length) + ending;
    }
    this.#taken.add(name.toLowerCase());
    return this.all.push(name);
  }
}
