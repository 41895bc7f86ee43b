/** Something that is stored is not as it was written. It is never taken for empty: what is built of it would be wrong without a word. */
export class StoreDamaged extends Error {
  override readonly name = 'StoreDamaged';
  readonly where: string;

  /** @param where what is damaged, in words: document, place. */
  constructor(where: string) {
    super(
      `The store is damaged: ${where} is not as it was written. \`muster check\` lists all damage; restore a backup of this data directory.`,
    );
    this.where = where;
  }
}
