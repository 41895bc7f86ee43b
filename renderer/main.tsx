import { createRoot } from 'react-dom/client';
import * as z from 'zod';
import { App } from './app/App.tsx';
import { listenForHeldKeys } from './app/heldKeys.ts';
import { PlainHttp } from './app/PlainHttp.tsx';
import { SignedIn } from './app/SignedIn.tsx';
import { findBridge } from './bridge.ts';
import { connectEngine } from './host/engineClient.ts';
import { SIGN_IN_PATH } from './host/signInBrowser.ts';
import { registerServiceWorker } from './serviceWorker.ts';
import { applyStyleNonce } from './theme/nonce.ts';

// The content security policy forbids eval, with which zod would compile its parsers.
z.config({ jitless: true });
applyStyleNonce();
listenForHeldKeys();

const root = document.getElementById('root');
if (!root) throw new Error('the page has no #root');
if (location.pathname === SIGN_IN_PATH) createRoot(root).render(<SignedIn />);
else if (isSecureContext) {
  createRoot(root).render(<App engine={await connectEngine()} bridge={findBridge()} />);
  registerServiceWorker();
} else createRoot(root).render(<PlainHttp address={new URL(location.href)} />);
