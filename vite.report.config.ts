import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Builds the page of `report.html` into one classic script and one style sheet (sync-server/snapshot/reportTemplate.ts puts them together). */
export default defineConfig({
  root: fileURLToPath(new URL('./renderer/report', import.meta.url)),
  publicDir: false,
  plugins: [react()],
  define: { 'process.env.NODE_ENV': '"production"' },
  build: {
    outDir: fileURLToPath(new URL('./dist/report', import.meta.url)),
    emptyOutDir: true,
    target: 'es2023',
    cssCodeSplit: false,
    reportCompressedSize: false,
    lib: {
      entry: fileURLToPath(new URL('./renderer/report/main.tsx', import.meta.url)),
      formats: ['iife'],
      name: 'musterReport',
      fileName: () => 'report.js',
      cssFileName: 'report',
    },
  },
});
