// Says how many milliseconds a module takes to load: load.mjs import|require FILE
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [kind, file] = process.argv.slice(2);
const url = pathToFileURL(file).href;
const require = createRequire(import.meta.url);
const start = performance.now();
if (kind === 'import') await import(url);
else require(file);
console.log(performance.now() - start);
