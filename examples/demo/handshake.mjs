import { describeError } from './calls.mjs';
import { kinds } from './frames.mjs';

/**
 * Exchanges tokens with the peer until the context is complete on this side.
 * @param {{ starts: boolean }} options whether this side has the first word
 * @returns {Promise<{ legs: object[], failure?: object }>} a refusal is an answer here
 */
export async function shakeHands(context, connection, { starts }) {
  const legs = [];
  try {
    let token = starts ? undefined : await receiveToken(connection);
    while (true) {
      const step = await context.step(token);
      legs.push({
        status: step.status,
        tokenIn: token?.length ?? 0,
        tokenOut: step.token?.length ?? 0,
      });
      // The last token of one side is there when its own context is complete already.
      if (step.token) await connection.send(kinds.token, step.token);
      if (step.done) return { legs };
      token = await receiveToken(connection);
    }
  } catch (error) {
    return { legs, failure: describeError(error) };
  }
}

async function receiveToken(connection) {
  const frame = await connection.receive();
  if (!frame) throw Object.assign(new Error('The other side hung up.'), { code: 'HUNG_UP' });
  if (frame.kind !== kinds.token) throw new Error(`A frame of kind ${frame.kind} is no token.`);
  return frame.body;
}
