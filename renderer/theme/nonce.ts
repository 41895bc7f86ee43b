import { setNonce } from 'get-nonce';

/** The nonce of this response, which the server wrote into `<meta property="csp-nonce">`: styles made at run time carry it. */
export function styleNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';
}

/** For the library that locks scrolling behind a dialog: it takes its nonce from a shared place, not from a provider. */
export const applyStyleNonce = (): void => setNonce(styleNonce());
