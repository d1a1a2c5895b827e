// The types of the module for import. scripts/library.mjs makes its code, which is that of require.
export * from './index.js';
