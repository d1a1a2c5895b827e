// What bundle.test.ts bundles.
import { isSupported, SspiError } from 'winsspi';
import { negotiate } from 'winsspi/http';

console.log(isSupported, SspiError.name, typeof negotiate);
