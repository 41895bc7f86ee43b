import { describe, expect, it } from 'vitest';
import type { Instant } from '../../../shared/base/time.ts';
import type { CoverageId } from '../../../shared/model/ids.ts';
import { type Certificate, certificatesIn, parseCertificate, withoutAuthorities } from '../certificate.ts';
import { globBase, parseEndpoint } from './client.ts';
import { connector } from './connector.ts';
import { toObservations } from './toObservations.ts';

const certificate = (more: Partial<Certificate> = {}): Certificate => ({
  subject: 'CN=a',
  issuer: 'CN=root',
  issuerHash: 'ab'.repeat(32),
  serial: '01',
  notBefore: '2026-01-01T00:00:00.000Z' as Instant,
  notAfter: '2026-04-01T00:00:00.000Z' as Instant,
  spki: 'cd'.repeat(32),
  algorithm: 'EC prime256v1',
  dnsNames: [],
  spiffeId: undefined,
  authority: false,
  selfIssued: false,
  ...more,
});
const at = (location: string, of: Certificate) => ({ certificate: of, location, at: 'file' as const });
const COVERAGE = 'path/x' as CoverageId;

describe('certificates', () => {
  it('one certificate in two files is two records with one key; two on one key share its fingerprint, not their key', () => {
    const [first, second, renewed] = toObservations(
      [at('/a', certificate()), at('/b', certificate()), at('/c', certificate({ serial: '02' }))],
      COVERAGE,
    );
    expect(first?.keys).toEqual(second?.keys);
    expect(first?.externalId).not.toBe(second?.externalId);
    expect(renewed?.keys).not.toEqual(first?.keys);
    expect(renewed?.fields.fingerprint).toBe(first?.fields.fingerprint);
  });

  it('one workload identity gathers all its certificates', () => {
    const spiffeId = 'spiffe://example.org/a';
    const records = toObservations([at('/a', certificate({ spiffeId })), at('/b', certificate({ spiffeId, serial: '02' }))], COVERAGE);
    const identities = records.filter((record) => record.type === 'identity');
    expect(identities).toHaveLength(1);
    expect(identities[0]?.links).toHaveLength(2);
  });

  it('a name is taken from subject, else host, else SPIFFE id', () => {
    const name = (more: Partial<Certificate>) => toObservations([at('/a', certificate(more))], COVERAGE)[0]?.fields.name;
    expect(name({ subject: 'O=x, CN=web' })).toBe('web');
    expect(name({ subject: '', dnsNames: ['h.example.org'] })).toBe('h.example.org');
    expect(name({ subject: '', spiffeId: 'spiffe://a/b' })).toBe('spiffe://a/b');
    expect(name({ subject: '' })).toBe('certificate without a name');
  });

  it('authorities are left out of chains, a lone one is listed', () => {
    const root = certificate({ authority: true, selfIssued: true });
    expect(withoutAuthorities([root])).toEqual([root]);
    expect(withoutAuthorities([root, root])).toEqual([]);
    expect(withoutAuthorities([certificate(), root])).toHaveLength(1);
  });

  it('what is no certificate is none, whatever it is', () => {
    const nonsense = [
      new Uint8Array(0),
      Uint8Array.of(0x30, 0x84, 0xff, 0xff, 0xff, 0xff),
      Buffer.from('-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----'),
    ];
    for (const bytes of nonsense) expect(certificatesIn(bytes)).toEqual({ found: [], bad: 0 });
    expect(certificatesIn(Buffer.from('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----')).bad).toBe(1);
    expect(parseCertificate('x')).toBeUndefined();
  });
});

describe('settings', () => {
  it.each([
    ['example.org', { host: 'example.org', port: 443 }],
    ['example.org:8443', { host: 'example.org', port: 8443 }],
    ['[::1]:9', { host: '::1', port: 9 }],
    ['example.org:0', undefined],
    ['https://example.org', undefined],
    ['a b', undefined],
  ])('%s', (text, endpoint) => expect(parseEndpoint(text)).toEqual(endpoint));

  it.each([{}, { paths: [], endpoints: [] }, { endpoints: ['example.org:99999'] }, { paths: '/x' }, { paths: ['/x'], depht: 1 }])(
    '%j are refused',
    (settings) => expect(connector.settings.safeParse(settings).success).toBe(false),
  );

  it('a pattern is watched at the folder that it stays within', () => {
    expect(globBase('/etc/ssl/*/x.pem')).toBe('/etc/ssl');
    expect(globBase('/*.pem')).toBe('/');
  });
});
