/** Keeps the app itself, so that it opens with the server down. Only in what is built, and only where browsers allow one. */
export function registerServiceWorker(): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator) || !location.protocol.startsWith('http')) return;
  // Without it the app still works while the server is up: nothing to tell.
  navigator.serviceWorker.register('/sw.js').catch(() => undefined);
}
