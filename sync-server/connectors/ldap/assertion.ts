import { BerWriter, Control, EqualityFilter } from 'ldapts';
import { ASSERTION } from './client.ts';

const OCTET_STRING = 0x04;

/** The assertion control (RFC 4528): the server changes the entry only while it still matches, in one step with the change. */
export class AssertionControl extends Control {
  readonly #attribute: string;
  readonly #value: string;

  constructor(attribute: string, value: string) {
    super(ASSERTION, { critical: true });
    [this.#attribute, this.#value] = [attribute, value];
  }

  protected override writeControl(writer: BerWriter): void {
    const filter = new BerWriter();
    new EqualityFilter({ attribute: this.#attribute, value: this.#value }).write(filter);
    writer.writeBuffer(filter.buffer, OCTET_STRING);
  }
}
