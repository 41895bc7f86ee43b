import type { Register } from '../../register/register.ts';
import type { Manifest } from '../format.ts';
import type { Gaps } from '../gaps.ts';
import type { People } from '../people.ts';
import type { Population } from '../population.ts';
import type { RecordVersions } from '../report/recordVersions.ts';

/** What the tables of a snapshot are written from: the register as of a place, and the versions that it was computed from. */
export interface TableInput {
  readonly manifest: Omit<Manifest, 'parts'>;
  /** Of the server's key. */
  readonly fingerprint: string;
  readonly register: Pick<Register, 'row' | 'dossier' | 'entries' | 'sources'>;
  readonly versions: RecordVersions;
  readonly population: Population;
  readonly people: People;
  readonly gaps: Gaps;
}
