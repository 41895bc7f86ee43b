/** As the reader's system has it, or as they chose here; on paper always light. */
const ATTRIBUTE = 'data-mantine-color-scheme';

const prefersDark = (): MediaQueryList => matchMedia('(prefers-color-scheme: dark)');
let chosen: 'light' | 'dark' | undefined;

function apply(printing = false): void {
  const scheme = printing ? 'light' : (chosen ?? (prefersDark().matches ? 'dark' : 'light'));
  document.documentElement.setAttribute(ATTRIBUTE, scheme);
}

export function followColours(): void {
  apply();
  prefersDark().addEventListener('change', () => apply());
  addEventListener('beforeprint', () => apply(true));
  addEventListener('afterprint', () => apply());
}

export function toggleColours(): void {
  chosen = document.documentElement.getAttribute(ATTRIBUTE) === 'dark' ? 'light' : 'dark';
  apply();
}
