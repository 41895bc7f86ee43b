/** The page of the wizard, with the kind behind it. No source can be called so: its name starts with a letter or digit. */
export const NEW_SOURCE = '+';
