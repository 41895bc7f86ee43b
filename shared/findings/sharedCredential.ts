import { plural } from '../register/age.ts';
import { CANNOT, CLEAR, FOUND_HIGH, type Rule } from './finding.ts';

export const sharedCredential: Rule = {
  rule: 'shared-credential',
  references: ['NHI9:2025', 'PR.AA-01'],
  judge: ({ sharedWith, fingerprintsUnread }) => (sharedWith > 0 ? FOUND_HIGH : fingerprintsUnread > 0 ? CANNOT : CLEAR),
  sentence({ sharedWith, fingerprintsUnread }, verdict) {
    if (verdict === 'found') return `The same credential is in ${plural(sharedWith, 'other place')} too.`;
    if (verdict === 'clear') return 'No credential of it was seen in a second place.';
    return `Whether ${plural(fingerprintsUnread, 'credential')} of it is used elsewhere is not known.`;
  },
  missing: () => 'the fingerprint, which the source did not let Muster read',
};
