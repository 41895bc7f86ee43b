import type { Gaps } from '../../shared/snapshot/gaps.ts';
import type { People } from '../../shared/snapshot/people.ts';
import type { Policy } from '../../shared/snapshot/policyPart.ts';
import type { Population } from '../../shared/snapshot/population.ts';

/** The derived parts of the snapshot as the report carries them; the ids of the population are those of its rows. */
export type PopulationPart = Omit<Population, 'ids'>;
export type GapsPart = Gaps;
export type PeoplePart = People;
export type PolicyPart = Policy;
