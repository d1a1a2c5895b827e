// lib/http/server and lib/http/frameworks
const http = (...names) => names.map((name) => `test/http/${name}.test.ts`);

export default [
  {
    file: 'lib/http/server/connection.ts',
    tests: http('server/persistence'),
    mistakes: [
      [
        'an expired authentication goes on',
        '|| (expiry && expiry.getTime() <= Date.now())) {',
        ') {',
      ],
      [
        'an authentication is good at the moment when it expires',
        'expiry.getTime() <= Date.now()',
        'expiry.getTime() < Date.now()',
      ],
      [
        'the context of a request without a response stays open',
        '    if (this.#requestContext) this.#closeContext(this.#requestContext);\n',
        '',
      ],
      [
        'the context of a request stays open when its response has ended',
        "else response.once('close', () => this.#closeContext(context));",
        'else response.end;',
      ],
      [
        'a closed connection leaves its user logged on',
        `    this.#closed = true;
    this.#reset();`,
        '    this.#closed = true;',
      ],
      [
        'Kerberos is kept for its connection by default',
        'takesOneToken(authentication) ? persistKerberos : persistNtlm;',
        'takesOneToken(authentication) || persistKerberos || persistNtlm;',
      ],
      [
        'the options for NTLM and Kerberos are exchanged',
        'takesOneToken(authentication) ? persistKerberos : persistNtlm;',
        'takesOneToken(authentication) ? persistNtlm : persistKerberos;',
      ],
    ],
  },
  {
    file: 'lib/http/server/connection.ts',
    tests: http('server/handshake', 'server/persistence'),
    mistakes: [
      [
        'the user stays logged on while a new token is wrong',
        `    this.#reset();
    this.#state.handshakes += 1;`,
        '    this.#state.handshakes += 1;',
      ],
      [
        'a handshake goes on under another scheme',
        '!pending.ended && pending.scheme === scheme',
        '!pending.ended',
      ],
    ],
  },
  {
    file: 'lib/http/server/connection.ts',
    tests: http('server/closing', 'server/limits'),
    mistakes: [
      [
        'the context of a response that was destroyed meanwhile stays open',
        'else if (response.destroyed) this.#closeContext(context);',
        'else if (response.destroyed) this.#contexts.delete(context);',
      ],
      [
        'a handshake that begins on a closed connection stays',
        '      if (this.#closed) this.#reset(); // The step fails.\n',
        '',
      ],
      [
        'a pipelined request on a closed connection is evaluated',
        `  ): Promise<AuthenticateResult> {
    if (this.#closed) return { kind: 'closed' };
    if (this.#requestContext)`,
        `  ): Promise<AuthenticateResult> {
    if (this.#requestContext)`,
      ],
      [
        'a closed connection leaves the contexts of its requests open',
        '    for (const context of this.#contexts) this.#closeContext(context);\n',
        '',
      ],
    ],
  },
  {
    file: 'lib/http/server/connection.ts',
    tests: http('shared-connections'),
    mistakes: [
      [
        'a user stays logged on when another Authenticator has begun a handshake',
        'const isStale = this.#state.isShared || this.#state.handshakes !== this.#handshakeNumber;',
        'const isStale = false;',
      ],
      [
        'NTLM authenticates a connection that a second identity has used',
        `    if (this.#state.isShared && !takesOneToken(authentication))
      return this.#fail('proxied', { lastToken });
`,
        '',
      ],
      [
        'a shared connection gets the second token of NTLM',
        "    if (this.#state.isShared) return this.#fail('proxied');\n",
        '',
      ],
      [
        'a shared connection stays open',
        "const closes = reason === 'proxied' && !this.#state.isProxied;",
        'const closes = false;',
      ],
      [
        'a shared connection keeps Kerberos',
        'if (persists && !kerberosOnly && !this.#state.isShared) {',
        'if (persists && !kerberosOnly) {',
      ],
    ],
  },
  {
    file: 'lib/http/server/connection.ts',
    tests: http('server/limits'),
    mistakes: [
      [
        'an ended handshake takes another token',
        'pending && !pending.ended && pending.scheme',
        'pending && pending.scheme',
      ],
      ['a handshake that waits for its client is not bounded', '    handshake.wait();\n', ''],
      [
        'a full queue does not close the connection',
        'if (this.#queue.isFull) this.#socket.destroy();',
        'if (this.#queue.isFull) this.#socket.pause();',
      ],
    ],
  },
  {
    file: 'lib/http/server/connection.ts',
    tests: http('last-token', 'server/failures', 'server/proxies'),
    mistakes: [
      [
        'a proxy is not refused',
        "    if (this.#state.isProxied && !this.#settings.kerberosOnly) return this.#fail('proxied');\n",
        '',
      ],
      [
        'NTLM is let in where each request must bring Kerberos',
        "    if (this.#settings.kerberosOnly) return this.#fail('notKerberos');\n",
        '',
      ],
      [
        'the last token is not in the answer to a client that is not allowed',
        'const proof = lastToken === undefined ? [] : [lastToken];',
        'const proof: string[] = lastToken === undefined ? [] : [];',
      ],
      [
        'the last token is not in the answer to a user',
        "const proof = lastToken && { 'WWW-Authenticate': lastToken };",
        "const proof = lastToken === '' && { 'WWW-Authenticate': lastToken };",
      ],
      [
        'the last token is not in the answer where Windows could not be asked',
        'return this.#failWith(error, findCallFailure(error), lastToken);',
        'return this.#failWith(error, findCallFailure(error));',
      ],
      [
        'a step without a token asks the client to continue',
        "    if (!result.token) return this.#fail('denied');\n",
        "    if (!result.token) return createFailure('continue');\n",
      ],
    ],
  },
  {
    file: 'lib/http/server/authentication.ts',
    tests: http('no-users', 'server/proxies', 'last-token', 'server/persistence'),
    mistakes: [
      ['ANONYMOUS LOGON is a user', 'identity?.isAnonymous && !allowAnonymous', 'false'],
      ['a guest is a user', 'identity?.isGuest && !allowGuest', 'false'],
      [
        'the option for guests allows ANONYMOUS LOGON',
        'if (identity?.isAnonymous && !allowAnonymous)',
        'if (identity?.isAnonymous && !allowAnonymous && !allowGuest)',
      ],
      [
        'a client without an access token is a user',
        'error instanceof UnsupportedFunctionError && allowAnonymous && allowGuest',
        'error instanceof UnsupportedFunctionError',
      ],
      [
        'one of the two options is enough for a package without access tokens',
        '&& allowAnonymous && allowGuest) return',
        '&& (allowAnonymous || allowGuest)) return',
      ],
      [
        'a package that is not Kerberos is let in where each request must bring Kerberos',
        "kerberosOnly && context.package !== 'Kerberos'",
        "kerberosOnly && context.package === 'NTLM'",
      ],
      [
        'every client has an allowed SID',
        'if (await context.isMemberOf(sid)) return true;',
        'if (sid || (await context.isMemberOf(sid))) return true;',
      ],
      [
        'NTLM by its name counts as a logon with one token',
        "(name !== 'NTLM' && tokenCount === 1)",
        'tokenCount >= 1',
      ],
    ],
  },
  {
    file: 'lib/http/server/handshake.ts',
    tests: http('server/limits', 'server/handshake'),
    mistakes: [
      [
        'an address gets one handshake more than its bound',
        'sameNetwork.size >= maxHandshakesPerAddress',
        'sameNetwork.size > maxHandshakesPerAddress',
      ],
      [
        'all clients together get one handshake more than the bound',
        'this.#waiting.size >= maxHandshakes',
        'this.#waiting.size > maxHandshakes',
      ],
      [
        'the newest handshake goes',
        'const [oldest] = handshakes;',
        'const oldest = [...handshakes].at(-1);',
      ],
      [
        'a handshake that steps still counts as waiting',
        '    this.#all.stopWaiting(this);\n    this.#steps',
        '    this.#steps',
      ],
      [
        'a handshake of a network counts after its end',
        '    sameNetwork?.delete(handshake);\n',
        '',
      ],
      [
        'a handshake has no time limit',
        `      this.#timedOut = true;
      this.abandon();`,
        '      this.#timedOut = true;',
      ],
      [
        'an abandoned handshake leaves its context open',
        `    this.finish();
    this.context.close();`,
        '    this.finish();',
      ],
      ['a handshake counts after its end', '    this.#count -= 1;\n', ''],
    ],
  },
  {
    file: 'lib/http/server/request-queue.ts',
    tests: http('server/limits'),
    mistakes: [
      ['a request more may wait', 'this.#length === MAX_LENGTH', 'this.#length > MAX_LENGTH'],
      ['a request less may wait', 'this.#length === MAX_LENGTH', 'this.#length >= MAX_LENGTH - 1'],
      ['requests are evaluated at the same time', 'this.#last.then(task)', 'task()'],
      ['answered requests count', '        this.#length -= 1;\n', ''],
    ],
  },
  {
    file: 'lib/http/server/authorization-header.ts',
    tests: http('server/authorization-header', 'fuzz'),
    mistakes: [
      ['the first of two headers counts', "  if (values.length > 1) return 'malformed';\n", ''],
      ['a token may be a byte longer', 'length > maxTokenLength', 'length > maxTokenLength + 1'],
      ['a token must be a byte shorter', 'length > maxTokenLength', 'length >= maxTokenLength'],
      [
        'an empty token is one',
        "length === 0 || length > maxTokenLength) return 'malformed'",
        "length > maxTokenLength) return 'malformed'",
      ],
    ],
  },
  {
    file: 'lib/http/server/socket-state.ts',
    tests: http('shared-connections', 'server/proxies'),
    mistakes: [
      [
        'a connection is of a proxy for one request alone',
        'this.isProxied ||= isProxied(request);',
        'this.isProxied = isProxied(request);',
      ],
      [
        'a pipe is no proxy',
        'this.isProxied = remoteAddress === undefined;',
        'this.isProxied = false && remoteAddress;',
      ],
      [
        'the second identity takes the place of the first',
        'this.#identity ??= identity;',
        'this.#identity = identity;',
      ],
      ['each Authenticator has a state of its own', '  states.set(socket, state);\n', ''],
    ],
  },
  {
    file: 'lib/http/server/failures.ts',
    tests: http('server/failures', 'server/limits'),
    mistakes: [
      [
        'a token that exhausts memory is an error of the server',
        'const isDenied = error instanceof SspiError ||',
        "const isDenied = (error instanceof SspiError && error.code !== 'SEC_E_INSUFFICIENT_MEMORY') ||",
      ],
      [
        'a domain controller that does not answer denies the logon',
        "  if (error instanceof NoAuthorityError) return 'unavailable';\n",
        '',
      ],
      [
        'a context without its required flags is an error of the server',
        "readCode(error) === 'ERR_SSPI_REQUIREMENT_NOT_MET'",
        "readCode(error) === 'ERR_SSPI_NOT_GRANTED'",
      ],
      [
        'a full queue of threads is an error of the server',
        "code === 'ERR_SSPI_OVERLOADED' || ",
        '',
      ],
    ],
  },
  {
    file: 'lib/http/server/extended-protection.ts',
    tests: http('server/extended-protection', 'server/failures'),
    mistakes: [
      [
        'a server asks for what clients ask for',
        '...defaultFlags, ...settings.flags',
        '...settings.flags',
      ],
      [
        'clients without bindings are let in where they are required',
        "allowMissingBindings: extendedProtection === 'allow'",
        'allowMissingBindings: true',
      ],
      [
        'extended protection is required without TLS',
        "extendedProtection === 'require' && targetNames === undefined && !isTls(socket)",
        'false && !isTls(socket) && targetNames',
      ],
      [
        'a client that names no service is let in where that is required',
        "? extendedProtection === 'allow'",
        "? extendedProtection !== 'off'",
      ],
      [
        'every service is the one that the client asked for',
        'targetNames.some((name) => name.toLowerCase() === target)',
        'targetNames.some((name) => target.startsWith(name.toLowerCase()))',
      ],
      [
        'the name of a service has to have the same case',
        'name.toLowerCase() === target',
        'name === target',
      ],
    ],
  },
  {
    file: 'lib/http/server/challenges.ts',
    tests: http('last-token', 'frameworks'),
    mistakes: [
      [
        'the last token replaces the challenges of the application',
        '[...new Set([...added, ...set.map(String)])]',
        '[...new Set(added)]',
      ],
      [
        'challenges are in answers with any status',
        'one.status === undefined || one.status === Number(args[0])',
        'true || (one && args)',
      ],
      [
        'the answer of an upgrade in bytes has no last token',
        "const text = isText ? chunk : chunk.toString('latin1');",
        "const text = isText ? chunk : '';",
      ],
    ],
  },
  {
    file: 'lib/http/server/authenticator.ts',
    tests: http('middleware', 'server/diagnostics', 'server/options'),
    mistakes: [
      [
        'a token is checked again for each middleware',
        '    this.#results.set(request, result);\n',
        '',
      ],
      ['a closed Authenticator takes requests', '    this.#credentials.assertOpen();\n', ''],
      [
        'a request over HTTP/2 is authenticated',
        "    if (request.httpVersionMajor > 1) return { kind: 'http11Required' };\n",
        '',
      ],
      [
        'each request has a connection of its own',
        '    this.#connections.set(socket, connection);\n',
        '',
      ],
      ['results are not counted', '    this.#counter.add(result);\n', ''],
      [
        'a request without a token is reported as a failure',
        "result.kind === 'failure' && result.reason !== 'challenge'",
        "result.kind === 'failure'",
      ],
    ],
  },
  {
    file: 'lib/http/server/upgrade.ts',
    tests: http('upgrade', 'last-token'),
    mistakes: [
      ['the body of a refused upgrade is the next request', 'hasBody(request) || ', ''],
      ['a body in chunks is none', 'coding !== undefined || (length', '(length'],
      [
        'the next request of a refused upgrade is lost',
        '  if (head.length > 0) socket.unshift(head);\n',
        '',
      ],
      [
        'a refused upgrade with 403 gets its connection back',
        'if (failure.status !== 401 || isLast) {',
        'if (isLast) {',
      ],
      [
        'an error of the server rejects',
        "      .catch((error) => ({ kind: 'error', error }) as const);",
        "      .catch((error): { kind: 'error'; error: Error } => { throw error; });",
      ],
    ],
  },
  {
    file: 'lib/http/server/sockets.ts',
    tests: http('upgrade'),
    mistakes: [
      [
        'a refused socket stays open as long as its client wants',
        'setTimeout(() => socket.destroy(), CLOSE_TIMEOUT)',
        'setTimeout(() => {}, CLOSE_TIMEOUT)',
      ],
      [
        'a refused socket does not see the end of its client',
        '  socket.resume();',
        '  socket.pause();',
      ],
    ],
  },
  {
    file: 'lib/http/server/failure-page.ts',
    tests: http('server/failure-page'),
    mistakes: [
      ['a page may write headers', '/^[\\t\\x20-\\x7e]+$/.test(value)', 'value'],
      [
        'a page that throws is an error of the server',
        '    return failure;\n  }\n}',
        '    throw error;\n  }\n}',
      ],
    ],
  },
  {
    file: 'lib/http/frameworks/require-member.ts',
    tests: http('middleware', 'optional'),
    mistakes: [
      [
        'only the first group counts',
        'if (await context.isMemberOf(await findSid(group))) return true;',
        'return context.isMemberOf(await findSid(group));',
      ],
      [
        'whoever is no member gets past',
        '      if (isIn) next();',
        '      if (isIn !== undefined) next();',
      ],
      [
        'a request without a user is no request for a token',
        '      if (await isAskedForToken(request, response)) return undefined;\n',
        '',
      ],
    ],
  },
  {
    file: 'lib/http/frameworks/middleware.ts',
    tests: http('optional', 'middleware'),
    mistakes: [
      [
        'without a user, that of another middleware stays',
        '      (request as OptionallyAuthenticatedRequest).auth = auth;',
        '      if (auth) (request as OptionallyAuthenticatedRequest).auth = auth;',
      ],
      [
        'every failure continues without a user',
        "if (result.kind !== 'success' && !continuesWithoutUser(result)) {",
        "if (result.kind !== 'success' && !continuesWithoutUser({ ...result, reason: 'challenge' } as typeof result)) {",
      ],
    ],
  },
  {
    file: 'lib/http/frameworks/adapter-options.ts',
    tests: http('optional'),
    mistakes: [
      [
        'requests continue without a user by default',
        'optional(boolean, false)',
        'optional(boolean, true)',
      ],
      ['wrong tokens continue without a user', " && result.reason === 'challenge';", ';'],
    ],
  },
  {
    file: 'lib/http/frameworks/koa.ts',
    tests: http('optional', 'frameworks'),
    mistakes: [
      [
        'without a user, that of another middleware stays',
        'Object.assign(context.state, { auth });',
        'if (auth) Object.assign(context.state, { auth });',
      ],
    ],
  },
  {
    file: 'lib/http/frameworks/fastify.ts',
    tests: http('optional', 'frameworks'),
    mistakes: [
      [
        'without a user, that of another hook stays',
        '      (request as { auth?: Authentication | undefined }).auth = auth;',
        '      if (auth) (request as { auth?: Authentication | undefined }).auth = auth;',
      ],
    ],
  },
  {
    file: 'lib/http/frameworks/passport.ts',
    tests: http('optional', 'frameworks', 'last-token'),
    mistakes: [
      [
        'a handshake that needs another token is answered by Passport',
        "if (failure.reason === 'continue') {",
        "if (failure.reason === 'timeout') {",
      ],
      [
        'a user of Windows whom the application does not have gets in',
        'else actions.fail(403);',
        'else actions.success(result.authentication);',
      ],
      [
        'the challenges come in one field too',
        "const { 'WWW-Authenticate': _, ...headers } = failure.headers;",
        'const { ...headers } = failure.headers;',
      ],
    ],
  },
];
