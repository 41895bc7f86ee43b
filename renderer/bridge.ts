export { findBridge } from './host/browserBridge.ts';
