const MARK = 'window.__ran=1';

/** Text that breaks pages which put it into markup, patterns, styles, addresses, formulas or object keys. */
export const HOSTILE_NAMES: Readonly<Record<string, string>> = {
  script: `<script>${MARK}</script>`,
  image: `<img src=x onerror="${MARK}">`,
  svg: `"><svg onload=${MARK}>`,
  link: `<a href="javascript:${MARK}">click</a>`,
  template: '{{constructor.constructor("window.__ran=1")()}}',
  proto: '__proto__',
  constructor: 'constructor',
  rightToLeft: 'admin\u202Egnp.exe\u202C',
  isolate: '\u2066svc\u2069\u200Bzero\u200Dwidth\uFEFF',
  controls: 'a\u0000b\u0007c\u001B[31md\u0085e\u2028f',
  formula: '=HYPERLINK("http://127.0.0.1:9/","x")',
  quotes: `'";--' OR 1=1 */ \\ %00 %2e%2e%2f ../../etc/passwd`,
  emoji: '👩‍👩‍👧‍👦\uD83D broken half',
  style: '</style><style>*{display:none}</style>',
  columns: 'owner:none is:conflict name:/(a+)+$/',
};

/** One name a million characters long: longer than anything a field may hold. */
export const MEGABYTE = `${'M'.repeat(1_000_000)}<b onmouseover=${MARK}>`;
/** As long as a field may be. */
export const LONG = `${'L'.repeat(4_000)}<i>`;
