import { DAY, type Millis } from '../../shared/base/time.ts';
import type { TlsIdentity } from '../network/tlsIdentity.ts';
import { type Diagnosis, failed, fine, warning } from './diagnosis.ts';

const SOON = 14 * DAY;

/** How long the server's certificate lasts, and whom it names. */
export function checkCertificate(identity: TlsIdentity, publicHost: string | undefined, now: Millis): Diagnosis {
  const { names, expires } = identity;
  const text = `The certificate names ${names.join(', ') || 'nobody'} and is good until ${new Date(expires).toISOString().slice(0, 10)}`;
  if (expires <= now) return failed('certificate', `${text}: it has expired.`, 'Renew it; the server takes the new files over by itself.');
  if (publicHost !== undefined && !names.some((name) => covers(name, publicHost)))
    return failed(
      'certificate',
      `${text}, but not ${publicHost}, which --public-url names.`,
      'Get one with that name, or correct --public-url.',
    );
  if (expires - now < SOON)
    return warning('certificate', `${text}: less than 14 days.`, 'Renew it; the server takes the new files over by itself.');
  return fine('certificate', `${text}.`);
}

/** RFC 6125, 6.4.3: a star stands for one whole label, the first. */
const covers = (name: string, host: string): boolean =>
  name.toLowerCase() === host.toLowerCase() ||
  (name.startsWith('*.') && host.split('.').slice(1).join('.').toLowerCase() === name.slice(2).toLowerCase());
