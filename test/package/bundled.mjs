// What bundle.test.ts bundles.
import { Credentials, isSupported } from 'winsspi';
import { Authenticator, negotiate } from 'winsspi/http';

console.log(isSupported, typeof negotiate);
// Both modules have the same classes.
const credentials = await Credentials.acquire({ package: 'NTLM', use: 'inbound' });
new Authenticator({ credentials }).close();
credentials.close();
