/** An authentication scheme of HTTP: what stands before a token. */
export type Scheme = 'Negotiate' | 'NTLM';
