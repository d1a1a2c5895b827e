export { type Challenge, formatChallenge, parseAuthorization, parseChallenges } from './headers.js';
