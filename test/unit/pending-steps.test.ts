import { expect, test } from 'vitest';
import { PendingSteps } from '../../lib/context/pending-steps.js';

const state = (steps: PendingSteps) => ({
  any: steps.any,
  renegotiating: steps.renegotiating,
  control: steps.isControlStep(false),
});
const none = { any: false, renegotiating: false, control: false };

test('there are none at first', () => {
  expect(state(new PendingSteps())).toEqual(none);
});

test('a control token has steps without a token of the peer, until the last of them', () => {
  const steps = new PendingSteps();
  steps.addControlStep();
  expect(state(steps)).toEqual({ any: true, renegotiating: false, control: true });
  expect(steps.isControlStep(true)).toBe(false);
  steps.endControlStep(false);
  expect(state(steps)).toEqual({ any: true, renegotiating: false, control: true });
  steps.endControlStep(true);
  expect(state(steps)).toEqual(none);
});

test('a renegotiation has steps until the last of them', () => {
  const steps = new PendingSteps();
  steps.addRenegotiation();
  expect(state(steps)).toEqual({ any: true, renegotiating: false, control: false });
  steps.endRenegotiationStep(false);
  expect(state(steps)).toEqual({ any: true, renegotiating: true, control: false });
  steps.endRenegotiationStep(true);
  expect(state(steps)).toEqual(none);
});

test.each([
  ['before', true],
  ['after', false],
])('a control token %s a renegotiation keeps its steps, and takes none away', (_, isFirst) => {
  const steps = new PendingSteps();
  if (isFirst) steps.addControlStep();
  steps.addRenegotiation();
  if (!isFirst) steps.addControlStep();
  steps.endRenegotiationStep(false);
  expect(state(steps)).toEqual({ any: true, renegotiating: true, control: true });
  steps.endControlStep(true);
  expect(state(steps)).toEqual({ any: true, renegotiating: true, control: false });
  steps.addControlStep();
  steps.endRenegotiationStep(true);
  expect(state(steps)).toEqual({ any: true, renegotiating: false, control: true });
});
