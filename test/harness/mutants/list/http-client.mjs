// lib/http/client and lib/http/undici
const http = (...names) => names.map((name) => `test/http/${name}.test.ts`);

export default [
  {
    file: 'lib/http/client/origins.ts',
    tests: http('client-options'),
    mistakes: [
      ['a wildcard is for every protocol', 'url.protocol === domain.protocol &&\n', 'url &&\n'],
      ['a wildcard is for every port', 'url.port === domain.port &&\n', 'url &&\n'],
      [
        'a wildcard is for names that end alike',
        'url.hostname.endsWith(`.',
        'url.hostname.endsWith(`',
      ],
      [
        'an origin is one for every port',
        'return this.#exact.has(url.origin) ||',
        'return [...this.#exact].some((one) => new URL(one).hostname === url.hostname) ||',
      ],
    ],
  },
  {
    file: 'lib/http/client/auth-target.ts',
    tests: http('client', 'bindings', 'proxy'),
    mistakes: [
      [
        'every origin gets a token',
        '  if (!settings.allowedOrigins.has(url)) return undefined;\n',
        '',
      ],
      [
        'contexts for servers are not bound',
        "channelBindings: settings.channelBindings && url.protocol === 'https:',",
        'channelBindings: false,',
      ],
      [
        'what comes through a tunnel may be the answer of its proxy',
        "isBehindProxy: settings.proxy !== undefined && url.protocol === 'http:',",
        'isBehindProxy: settings.proxy !== undefined,',
      ],
      [
        'any server may answer as a proxy',
        "isBehindProxy: settings.proxy !== undefined && url.protocol === 'http:',",
        'isBehindProxy: true,',
      ],
    ],
  },
  {
    file: 'lib/http/client/handshake.ts',
    tests: http('proof', 'client', 'client-options'),
    mistakes: [
      [
        'a response needs no proof',
        '  if (answer.status !== status) assertProved(context, answer.status, token, target);\n',
        '',
      ],
      [
        'a wrong token is taken where the proof is optional',
        'requiredFlags.length === 0 && !token) return;',
        'requiredFlags.length === 0) return;',
      ],
      [
        'a proof is optional by default',
        "mutualAuthentication !== 'required' || flags",
        "mutualAuthentication !== 'disabled' || flags",
      ],
      [
        'required flags need no complete context',
        'isOptional && requiredFlags.length === 0 && !token',
        'isOptional && !token',
      ],
      [
        'an error has no status of the response',
        'throw withStatus(error, answer.status);',
        'throw error;',
      ],
      [
        'a token that is no base64 is none',
        'if (challenge?.token === undefined || token) return token;',
        'return token;',
      ],
      [
        'the last token is read from the challenge alone',
        'challengeIn(answer.values(headers.challenge), scheme) ?? challengeIn(info, scheme);',
        'challengeIn(answer.values(headers.challenge), scheme) ?? info[0];',
      ],
      ['a handshake has no end', 'leg <= MOST_LEGS;', 'leg > 0;'],
    ],
  },
  {
    file: 'lib/http/client/handshake.ts',
    tests: http('request-bodies', 'keep-alive', 'bindings'),
    mistakes: [
      [
        'the first request of NTLM has the body',
        'const withoutBody = leg === 1 && isNtlm(scheme, token);',
        'const withoutBody = false;',
      ],
      [
        'each request of NTLM is without its body',
        'const withoutBody = leg === 1 && isNtlm(scheme, token);',
        'const withoutBody = isNtlm(scheme, token);',
      ],
      [
        'a request without its body is taken for carried out',
        '      if (!token && withoutBody) assertRefused(answer, target);\n',
        '',
      ],
      [
        'a handshake does not begin anew',
        'if (held || !isLoss(error)) throw error;',
        'throw error;',
      ],
      [
        'a handshake begins anew after every error',
        'if (held || !isLoss(error)) throw error;',
        'if (held) throw error;',
      ],
      [
        'a token goes to a connection with another certificate',
        'if (Buffer.compare(own, bound.applicationData) === 0) return;',
        'if (own) return;',
      ],
      ['a connection stays bound after its handshake', '    connection.bound = bound;\n', ''],
      ['a connection stays held after its handshake', '    connection.held = held;\n', ''],
    ],
  },
  {
    file: 'lib/http/client/connection.ts',
    tests: http('keep-alive', 'request-bodies', 'client-options', 'bindings'),
    mistakes: [
      ['sessions of TLS are resumed', 'maxCachedSessions: 0 })', 'maxCachedSessions: 100 })'],
      [
        'a held connection is replaced',
        "? Promise.reject(lossError('The server'))",
        '? this.#open(connect, options)',
      ],
      [
        'a held connection closes by its time',
        '    if (!this.held) return isKept;\n',
        '    return isKept;\n',
      ],
      [
        'a connection closes after HEAD',
        "if (outgoing.method === 'HEAD') keepAfterHead(request, message);",
        '',
      ],
      [
        'a long body is sent without a question',
        "    ...(isLong && { expect: '100-continue' }),\n",
        '',
      ],
      [
        'a body waits for an answer that never comes',
        'timer = setTimeout(settle, CONTINUE_TIMEOUT, true);',
        'timer = undefined;',
      ],
      [
        'a body is sent to a server that has refused it',
        "if (request.hasHeader('expect') && !(await isWanted(request))) return;",
        "if (request.hasHeader('expect')) await isWanted(request);",
      ],
      ['a connection has no limit of time', 'late.abort(timeoutError(', 'void (timeoutError('],
      [
        'a server may be silent',
        'request.setTimeout(headersTimeout, fail);',
        'request.setTimeout(headersTimeout);',
      ],
      [
        'a new connection is not compared',
        '      await untilAborted(opened, signal);\n      assertBound(socket, this);\n',
        '      await untilAborted(opened, signal);\n',
      ],
      [
        'the rest of a refused body is sent',
        '    if (!this.isFinished) this.#request.destroy();\n',
        '',
      ],
    ],
  },
  {
    file: 'lib/http/client/connection-exchange.ts',
    tests: http('keep-alive', 'client', 'undici'),
    mistakes: [
      [
        'POST is repeated',
        'isReplayable(request) && idempotent.includes(request.method);',
        'isReplayable(request);',
      ],
      [
        'an idle connection that has closed is an error',
        'if (!again) throw error;',
        'throw error;',
      ],
    ],
  },
  {
    file: 'lib/http/client/replayable-body.ts',
    tests: http('request-bodies', 'undici'),
    mistakes: [
      ['one byte too many is kept', 'this.#read > this.#limit', 'this.#read > this.#limit + 1'],
      ['one byte too few is kept', 'this.#read > this.#limit', 'this.#read >= this.#limit'],
      [
        'a read that is under way is lost',
        'this.#reading ??= this.#readOn()',
        'this.#reading = this.#readOn()',
      ],
      [
        'a stream that has failed is complete',
        '    if (this.#error) throw this.#error.reason;\n',
        '',
      ],
      [
        'a body may be shorter than it says',
        '(part ? this.#read > length : this.#read !== length)',
        '(part ? this.#read > length : this.#read > length)',
      ],
      [
        'a body may be longer than it says',
        '(part ? this.#read > length : this.#read !== length)',
        '(part ? false : this.#read < length)',
      ],
    ],
  },
  {
    file: 'lib/http/undici/pool.ts',
    tests: http('client-identity', 'undici'),
    mistakes: [
      ['a connection of a user serves requests without one', 'hasIdentity} ', 'true} '],
      [
        'a certificate is shown to every origin',
        'this.#factory.make(origin, hasIdentity ? tls : withoutIdentity(tls));',
        'this.#factory.make(origin, tls);',
      ],
      [
        'there is one connection more than there may be',
        'group.count < this.#limits.connections',
        'group.count <= this.#limits.connections',
      ],
      [
        'a request that waits gets no connection in the place of a closed one',
        '    if (next) next(this.#make(group));\n    else if',
        '    if',
      ],
      [
        'an idle connection stays open',
        'setTimeout(() => this.forget(connection), time).unref();',
        'setTimeout(() => {}, time).unref();',
      ],
    ],
  },
  {
    file: 'lib/http/undici/dispatch.ts',
    tests: http('client-identity', 'impersonating', 'undici', 'keep-alive', 'proxy'),
    mistakes: [
      [
        "credentials: 'omit' authenticates",
        'const server = authenticates ? targets.server : undefined;',
        'const { server } = targets;',
      ],
      ['a request is made inside impersonate()', '    assertNotImpersonating();\n', ''],
      [
        'a connection with an unfinished request is used again',
        'if (isFinished && message.complete && !closes)',
        'if (message.complete && !closes)',
      ],
      [
        'a connection that is to close is used again',
        'if (isFinished && message.complete && !closes)',
        'if (isFinished && message.complete)',
      ],
      [
        'a connection of a failed request is used again',
        '      if (connection) this.#pool.forget(connection);\n',
        '      if (connection) this.#pool.release(connection);\n',
      ],
      [
        'a body stays open after its request',
        '      if (body instanceof ReplayableBody) body.close();\n',
        '',
      ],
      [
        'a refused proxy is no error of fetch',
        'if (isFetch && answer.status === 407)',
        'if (isFetch && answer.status === 408)',
      ],
      [
        'close() does not wait',
        '    await Promise.allSettled(this.#running.values());\n    this.#end();\n',
        '    this.#end();\n',
      ],
    ],
  },
  {
    file: 'lib/http/undici/headers.ts',
    tests: http('framing', 'undici'),
    mistakes: [
      [
        'transfer-encoding is left out in silence',
        "'transfer-encoding', 'keep-alive',",
        "'keep-alive',",
      ],
      [
        'upgrade is left out in silence',
        "'keep-alive', 'upgrade', 'expect'",
        "'keep-alive', 'expect'",
      ],
      ['the host is that of the caller', "key === 'host' || !isSentOn(key)", '!isSentOn(key)'],
      [
        'the length of the caller is not compared',
        "if (key === 'content-length') contentLength = readLength(value);",
        "if (key === 'content-length') readLength(value);",
      ],
    ],
  },
  {
    file: 'lib/http/undici/controller.ts',
    tests: http('undici', 'fetch', 'abort'),
    mistakes: [
      [
        'a handler hears of its request after the end',
        '    if (this.#ended) return;\n    this.#ended = true;\n    this.#aborting.abort(error);\n',
        '    this.#ended = true;\n    this.#aborting.abort(error);\n',
      ],
      [
        'a paused response comes all the same',
        '    this.#paused = true;\n    this.#message?.pause();\n',
        '    this.#paused = true;\n',
      ],
      [
        'a response that breaks off is complete',
        '    if (isWhole) this.#end(message);\n',
        '    this.#end(message);\n',
      ],
      [
        'the connection is free after the handler',
        '      await closed;\n      this.#begin(message);\n',
        '      this.#begin(message);\n',
      ],
    ],
  },
];
