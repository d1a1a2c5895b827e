// How the client and the server, processes of their own, take orders from the demo.

/**
 * Answers the calls of the parent process by name. Ends with it.
 * @param {Record<string, (argument: any) => unknown>} functions
 */
export function answerCalls(functions) {
  process.on('disconnect', () => process.exit());
  process.on('message', async ({ id, name, argument }) => {
    try {
      reply({ id, result: await functions[name](argument) });
    } catch (error) {
      reply({ id, error: describeError(error) });
    }
  });
}

export function reportProgress(bytes) {
  reply({ progress: bytes });
}

function reply(message) {
  if (process.connected) process.send(message);
}

/** An error as plain data. */
export function describeError({ name, code, syscall, message }) {
  return { name, code, syscall, message };
}
