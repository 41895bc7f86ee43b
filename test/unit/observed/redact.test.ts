import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { looksLikeSecret, REDACTED, redactJson, redactText } from '../../../shared/observed/redact.ts';

/** Assembled at run time, so that no scanner takes this file for a leak. */
const joined = (...parts: string[]): string => parts.join('');
const BODY = 'aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5';

const SECRETS: readonly [string, string][] = [
  ['private key', joined('-----BEGIN OPENSSH PRIV', 'ATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n-----END OPENSSH PRIV', 'ATE KEY-----')],
  ['private key', joined('-----BEGIN RSA PRIV', 'ATE KEY-----\nMIIEpAIBAAKC')],
  ['GitHub token', joined('gh', 'p_', BODY)],
  ['GitHub token', joined('github', '_pat_', BODY, BODY)],
  ['GitLab token', joined('gl', 'pat-', BODY.slice(0, 20))],
  ['Slack token', joined('xo', 'xb-', '123456789012-abcdefghijkl')],
  ['Slack webhook', joined('https://hooks.slack', '.com/services/', 'T00000000/B00000000/XXXXXXXXXXXX')],
  ['Stripe key', joined('sk_', 'live_', BODY)],
  ['npm token', joined('np', 'm_', BODY)],
  ['Vault token', joined('hv', 's.', BODY)],
  ['Google API key', joined('AI', 'za', BODY.slice(0, 35))],
  ['API key', joined('s', 'k-proj-', BODY)],
  ['JSON web token', joined('ey', 'JhbGciOiJIUzI1NiJ9.', 'eyJzdWIiOiIxMjM0NTY3ODkwIn0.', 'dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P')],
  ['password in an address', 'postgres://app:hunter2@db.example.org/app'],
  ['password', 'password=hunter22'],
  ['password', 'mysql --password hunter22 -h db'],
  ['password', '"api_key": "s3cr3t-value"'],
  ['AWS secret access key', joined('wJalrXUtnFEMI/', 'K7MDENG/bPxRfi', 'CY3XAMPL3KEY')],
  ['long random string', 'q8ZtX2mVb7LkPw4RjN6sHy3D'],
];

const HARMLESS: readonly string[] = [
  'SHA256:uNiVztksCsDhcc0u9e8BgrJXVGDo8pS3tQ4J1mT0yZk',
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  'A1:B2:C3:D4:E5:F6:07:18:29:3A:4B:5C:6D:7E:8F:90:A1:B2:C3:D4',
  '3f0c1a7e-52a1-4c39-9d5a-6f2c9a6b1e77',
  'AKIAIOSFODNN7EXAMPLE',
  'arn:aws:iam::123456789012:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling',
  '/home/ana/Projects/Payments/Service2/Deploy/keys/id_ed25519.pub',
  'https://example.org/path?page=2',
  'CN=payments.example.org,OU=Platform Engineering,O=Example,C=DE',
  'Rotates the password of the reporting role every quarter',
  'token: see the vault',
  'PASSWORD=$DB_PASSWORD',
  'spiffe://example.org/ns/payments/sa/ledger-writer',
  'Payments Platform Engineering Team Europe',
  '2026-11-20T11:00:00.000Z',
  'MyVeryLongServiceAccountNameForProduction01',
];

describe('what looks like a secret', () => {
  it.each(SECRETS)('[OBS20] %s is recognised', (kind, text) => {
    expect(looksLikeSecret(text)).toBe(kind);
  });

  it.each(HARMLESS)('[OBS21] ids, fingerprints, paths and prose stay as they are: %s', (text) => {
    expect(redactText(text)).toEqual({ text, kinds: [] });
  });

  it('[OBS20] the value is gone from any surrounding text, and the rest stays', () => {
    const around = fc.stringMatching(/^[a-z ]{0,20}$/);
    fc.assert(
      fc.property(fc.constantFrom(...SECRETS), around, around, ([, secret], before, after) => {
        const { text, kinds } = redactText(`${before} ${secret} ${after}`);
        expect(kinds.length).toBeGreaterThan(0);
        expect(text).toContain(REDACTED);
        expect(text).not.toContain(secret);
        expect(redactText(text)).toEqual({ text, kinds: [] });
      }),
    );
  });

  it('[OBS20] an address keeps its user and host', () => {
    expect(redactText('postgres://app:hunter2@db.example.org/app').text).toBe('postgres://app:[redacted]@db.example.org/app');
  });

  it('[OBS20] strings are redacted at any depth, and only the kinds are reported', () => {
    const kinds = new Set<string>();
    const value = redactJson({ list: [{ note: 'password=hunter22' }], count: 3, [joined('gh', 'p_', BODY)]: true }, kinds);
    expect(value).toEqual({ list: [{ note: 'password=[redacted]' }], count: 3, [REDACTED]: true });
    expect([...kinds].sort()).toEqual(['GitHub token', 'password']);
  });

  it('[OBS21] in an id, randomness alone is not a secret', () => {
    expect(redactText('q8ZtX2mVb7LkPw4RjN6sHy3D', 'id').kinds).toEqual([]);
    expect(redactText(joined('gh', 'p_', BODY), 'id').kinds).toEqual(['GitHub token']);
  });
});
