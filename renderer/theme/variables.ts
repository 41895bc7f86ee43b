import type { CSSVariablesResolver } from '@mantine/core';

const SHARED = {
  '--mantine-color-body': 'var(--mu-bg)',
  '--mantine-color-text': 'var(--mu-ink)',
  '--mantine-color-dimmed': 'var(--mu-ink-3)',
  '--mantine-color-placeholder': 'var(--mu-ink-3)',
  '--mantine-color-default': 'var(--mu-bg-raised)',
  '--mantine-color-default-hover': 'var(--mu-bg-hover)',
  '--mantine-color-default-color': 'var(--mu-ink)',
  '--mantine-color-default-border': 'var(--mu-line-strong)',
  '--mantine-color-anchor': 'var(--mu-accent)',
  '--mantine-color-error': 'var(--mu-red)',
  '--mantine-color-accent-filled': 'var(--mu-accent)',
  '--mantine-color-accent-filled-hover': 'var(--mu-accent-hover)',
  '--mantine-color-accent-light': 'var(--mu-accent-soft)',
  '--mantine-color-accent-text': 'var(--mu-accent)',
  '--mantine-primary-color-contrast': 'var(--mu-accent-ink)',
} as const;

/** Mantine draws with the app's own tokens, in both schemes. */
export const variables: CSSVariablesResolver = () => ({
  variables: { '--mantine-line-height': '20px' },
  light: SHARED,
  dark: SHARED,
});
