import type { CoverageId, ExternalId } from '../../../shared/model/ids.ts';
import type { Observation, ObservedLink } from '../../../shared/model/record.ts';
import type { Certificate } from '../certificate.ts';

export interface Sighting {
  readonly certificate: Certificate;
  /** An absolute path, or `host:port`. */
  readonly location: string;
  readonly at: 'file' | 'endpoint';
}

/** Issuer and serial number name one certificate anywhere (RFC 5280, 4.1.2.2). */
export const certificateKey = ({ issuerHash, serial }: Certificate): string => `x509:${issuerHash}/${serial}`;

/**
 * One certificate at one place. The same certificate elsewhere is another record with the same key, so that each coverage
 * says for itself what it holds and copies in several places stay visible.
 */
export const certificateId = ({ certificate, location }: Sighting): ExternalId =>
  `${location.slice(-1_800)}#${certificate.issuerHash.slice(0, 16)}/${certificate.serial}` as ExternalId;

const commonName = (subject: string): string | undefined => /(?:^|, )CN=([^,]+)/.exec(subject)?.[1];
const nameOf = ({ dnsNames, spiffeId, subject }: Certificate): string =>
  commonName(subject) ?? dnsNames[0] ?? spiffeId ?? (subject || 'certificate without a name');

export function certificateToObservation(sighting: Sighting, coverage: CoverageId): Observation {
  const { certificate, location, at } = sighting;
  const place: ObservedLink =
    at === 'endpoint'
      ? { relation: 'presented-at', to: { alias: `tls://${location}` }, certainty: 'exact' }
      : { relation: 'stored-in', to: { alias: `file:${location}` }, certainty: 'exact' };
  const issuer: ObservedLink = { relation: 'issued-by', to: { alias: certificate.issuer || 'unknown issuer' }, certainty: 'exact' };
  return {
    type: 'credential',
    kind: 'certificate',
    subtype: 'x509.certificate',
    externalId: certificateId(sighting),
    coverage,
    keys: [certificateKey(certificate)],
    aliases: [...new Set([certificate.subject, ...certificate.dnsNames, ...(certificate.spiffeId ? [certificate.spiffeId] : [])])].filter(
      (alias) => alias !== '',
    ),
    fields: {
      name: nameOf(certificate),
      created: certificate.notBefore,
      expires: certificate.notAfter,
      fingerprint: `spki:sha256:${certificate.spki}`,
      algorithm: certificate.algorithm,
      issuer: certificate.issuer,
      serial: certificate.serial,
      location,
    },
    links: [place, issuer],
  };
}

/** The workload identity that a SPIFFE certificate proves; one for each id in a coverage, with all its certificates. */
export function spiffeToObservation(spiffeId: string, sightings: readonly Sighting[], coverage: CoverageId): Observation {
  return {
    type: 'identity',
    kind: 'workload identity',
    subtype: 'spiffe.id',
    externalId: `${coverage}#${spiffeId}`.slice(0, 2_048) as ExternalId,
    coverage,
    keys: [],
    aliases: [spiffeId],
    fields: { name: spiffeId, boundary: spiffeId.split('/').slice(0, 3).join('/') },
    links: sightings.map((sighting) => ({
      relation: 'has-credential' as const,
      to: { externalId: certificateId(sighting) },
      certainty: 'exact' as const,
    })),
  };
}

/** Everything that one coverage holds: certificates first, then the identities that they prove. */
export function toObservations(sightings: readonly Sighting[], coverage: CoverageId): Observation[] {
  const byId = new Map(sightings.map((sighting) => [certificateId(sighting), sighting]));
  const spiffe = new Map<string, Sighting[]>();
  for (const sighting of byId.values()) {
    const id = sighting.certificate.spiffeId;
    if (id !== undefined) spiffe.set(id, [...(spiffe.get(id) ?? []), sighting]);
  }
  return [
    ...[...byId.values()].map((sighting) => certificateToObservation(sighting, coverage)),
    ...[...spiffe].map(([id, of]) => spiffeToObservation(id, of, coverage)),
  ];
}
