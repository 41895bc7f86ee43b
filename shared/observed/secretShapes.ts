/**
 * The shapes that secrets have when they end up where they should not be: a comment, a cell, a URL, a command line. Each names
 * itself, so that a report can say what was found without saying the value. Ids and published fingerprints (access key ids,
 * SHA-256 and MD5 fingerprints, UUIDs, hexadecimal digests) are not secrets and match none of them.
 */
export interface SecretShape {
  readonly name: string;
  /** Global. With a named group `secret`, only that part is replaced; without, the whole match. */
  readonly pattern: RegExp;
}

const shape = (name: string, pattern: RegExp): SecretShape => ({ name, pattern });

/** What stands for a secret instead of being one: `$TOKEN`, `{{ token }}`, `<token>`, `***`, `[redacted]`. */
const NO_PLACEHOLDER = '(?![$<{*\\[]|x{3,}|null\\b|none\\b|true\\b|false\\b)';
const SECRET_NAMES =
  '(?:pass(?:word|wd|phrase|code)?|pwd|secret|token|api[_-]?key|access[_-]?key|account[_-]?key|private[_-]?key|shared[_-]?access[_-]?key|client[_-]?secret|auth[_-]?token|sig|credentials?)';

export const SECRET_SHAPES: readonly SecretShape[] = [
  shape('private key', /-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|$)/g),
  shape('private key', /\b(?:AGE-SECRET-KEY-1[0-9A-Z]{20,}|PuTTY-User-Key-File-\d:[\s\S]*)/g),
  shape('GitHub token', /\b(?:gh[pousr]_[A-Za-z0-9]{30,255}|github_pat_[A-Za-z0-9_]{40,255})/g),
  shape('GitLab token', /\b(?:glpat|gldt|glrt|glcbt|glptt|glft|glsoat|glimt|glagent)-[A-Za-z0-9_.-]{18,}/g),
  shape('Slack token', /\bxox[abeoprs](?:\.[a-z]+)?-[A-Za-z0-9-]{10,}|\bxapp-\d-[A-Za-z0-9-]{10,}/g),
  shape('Slack webhook', /https:\/\/hooks\.slack\.com\/(?:services|workflows|triggers)\/(?<secret>[A-Za-z0-9/+_-]{20,})/g),
  shape('Stripe key', /\b(?:[sr]k_(?:live|test)_|whsec_)[A-Za-z0-9]{16,}/g),
  shape('npm token', /\bnpm_[A-Za-z0-9]{30,}/g),
  shape('PyPI token', /\bpypi-[A-Za-z0-9_-]{50,}/g),
  shape('Docker token', /\bdckr_(?:pat|oat)_[A-Za-z0-9_-]{20,}/g),
  shape('Vault token', /\bhv[sbr]\.[A-Za-z0-9_-]{20,}|\b[sb]\.[A-Za-z0-9]{24}\b/g),
  shape('Google API key', /\bAIza[A-Za-z0-9_-]{35}/g),
  shape('Google OAuth secret', /\b(?:GOCSPX-[A-Za-z0-9_-]{20,}|ya29\.[A-Za-z0-9_-]{20,})/g),
  shape('SendGrid key', /\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}/g),
  shape(
    'API key',
    /\bsk-(?:[a-z]+[0-9]*-)*[A-Za-z0-9_-]{20,}|\bhf_[A-Za-z0-9]{30,}|\bdo[pro]_v1_[a-f0-9]{40,}|\bshp(?:at|ss|ca|pa)_[a-fA-F0-9]{32}/g,
  ),
  shape('JSON web token', /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/g),
  shape('password in an address', /\b[a-z][a-z0-9+.-]{1,30}:\/\/[^\s/:@?#]{0,256}:(?<secret>(?!\[redacted\])[^\s/@]{1,512})@/gi),
  shape(
    'authorization header',
    new RegExp(`\\b(?:bearer|basic)\\s+(?<secret>${NO_PLACEHOLDER}(?=[A-Za-z._~+/-]*[0-9=])[A-Za-z0-9._~+/=-]{16,})`, 'gi'),
  ),
  shape('password', new RegExp(`${SECRET_NAMES}["']?\\s*=\\s*["']?(?<secret>${NO_PLACEHOLDER}[^\\s"';,&]{4,})`, 'gi')),
  shape(
    'password',
    new RegExp(`${SECRET_NAMES}["']?\\s*:\\s*["']?(?<secret>${NO_PLACEHOLDER}(?=[^\\s"';,&]*[0-9!@#$%^*+~])[^\\s"';,&]{6,})`, 'gi'),
  ),
  shape('password', new RegExp(`--?${SECRET_NAMES}\\s+["']?(?<secret>${NO_PLACEHOLDER}(?!-)[^\\s"']{4,})`, 'gi')),
  shape('AWS secret access key', /(?<![A-Za-z0-9/+=])(?<secret>[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])/g),
];

/** Cheaper still, and implied by every shape: an assignment, an option, or a run of characters that tokens are made of. */
export const WORTH_A_LOOK = /[=:]|-[-A-Za-z]|[A-Za-z0-9/+_.-]{14}/;

/** A cheap test that every shape above implies, so that ordinary text costs one pass. */
export const MAY_HOLD_SECRET = new RegExp(
  `-----BEGIN|SECRET-KEY|PuTTY|gh[pousr]_|github_pat_|gl[a-z]+-|xox|xapp-|hooks\\.slack|[sr]k[_-]|whsec_|npm_|pypi-|dckr_|hv[sbr]\\.|[sb]\\.[A-Za-z0-9]{24}|AIza|GOCSPX|ya29|SG\\.|hf_|do[pro]_v1|shp[a-z]{2}_|eyJ|://[^\\s]*@|bearer\\s|basic\\s|${SECRET_NAMES}["']?\\s*[\\s=:]|[A-Za-z0-9/+]{24}|[A-Za-z0-9_-]{24}`,
  'i',
);
