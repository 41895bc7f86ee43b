import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { VitePWA } from 'vite-plugin-pwa';

const MEGABYTE = 1_048_576;

/** Builds the page into `dist/renderer`. The server replaces the nonce in every response (ARCHITECTURE.md, content security policy). */
export default defineConfig({
  root: fileURLToPath(new URL('./renderer', import.meta.url)),
  html: { cspNonce: '__CSP_NONCE__' },
  worker: { format: 'es' },
  plugins: [
    react(),
    VitePWA({
      injectRegister: false,
      registerType: 'autoUpdate',
      manifest: {
        name: 'Muster',
        short_name: 'Muster',
        description: 'A local-first register of non-human identities',
        display: 'standalone',
        start_url: '/',
        background_color: '#ffffff',
        theme_color: '#ffffff',
        icons: [{ src: '/icon.svg', sizes: 'any', type: 'image/svg+xml' }],
      },
      workbox: {
        globPatterns: ['**/*.{js,css,html,svg,woff2}'],
        maximumFileSizeToCacheInBytes: 8 * MEGABYTE,
        navigateFallback: '/index.html',
        // What comes from the register's server is never answered from the kept app.
        navigateFallbackDenylist: [/^\/api(\/|$)/, /^\/sync(\/|$)/, /^\/healthz$/, /^\/metrics$/],
        cleanupOutdatedCaches: true,
      },
    }),
  ],
  build: {
    outDir: fileURLToPath(new URL('./dist/renderer', import.meta.url)),
    emptyOutDir: true,
    target: 'es2023',
    // Data URLs for fonts would break the policy, which allows fonts from the app's own origin only.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1_600,
  },
});
