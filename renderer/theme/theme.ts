import { createTheme, type MantineColorsTuple, type MantineThemeOverride } from '@mantine/core';

/** Light to dark; shade 6 is the accent in light, shade 3 in dark (tokens.css holds the same values). */
const ACCENT: MantineColorsTuple = [
  '#e9effc',
  '#d5e1f9',
  '#aec4f3',
  '#7ea4f8',
  '#5482e0',
  '#3a6cd2',
  '#2459c4',
  '#1d4ba8',
  '#183e8b',
  '#12306d',
];

/** A layer that is still fading out would swallow the next key: what is closed is gone at once. */
const AT_ONCE = { transitionProps: { duration: 0 } };

export const theme: MantineThemeOverride = createTheme({
  fontFamily: 'var(--mu-font)',
  fontFamilyMonospace: 'var(--mu-mono)',
  fontSizes: { xs: '11px', sm: '12px', md: '13px', lg: '14px', xl: '18px' },
  spacing: { xs: '4px', sm: '8px', md: '12px', lg: '16px', xl: '24px' },
  radius: { xs: '3px', sm: '4px', md: '6px', lg: '8px', xl: '12px' },
  defaultRadius: 'md',
  colors: { accent: ACCENT },
  primaryColor: 'accent',
  primaryShade: { light: 6, dark: 3 },
  autoContrast: true,
  respectReducedMotion: true,
  cursorType: 'pointer',
  focusRing: 'auto',
  components: {
    Popover: { defaultProps: AT_ONCE },
    Menu: { defaultProps: AT_ONCE },
    Modal: { defaultProps: AT_ONCE },
    Tooltip: { defaultProps: { openDelay: 400, transitionProps: { duration: 90 } } },
    TextInput: { defaultProps: { size: 'sm' } },
    Textarea: { defaultProps: { size: 'sm' } },
    Select: { defaultProps: { size: 'sm' } },
    Switch: { defaultProps: { size: 'sm', withThumbIndicator: false } },
    Checkbox: { defaultProps: { size: 'xs' } },
  },
});
