// The same module for import: one copy of every class, whichever way it was loaded.
export * from './index.js';
