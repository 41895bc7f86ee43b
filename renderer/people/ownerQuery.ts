import type { PartyView } from '../../shared/register/view.ts';

/** The register on what one party owns. */
export const ownerQuery = (party: Pick<PartyView, 'name'>): string => `owner:"${party.name.replaceAll('"', '')}"`;
