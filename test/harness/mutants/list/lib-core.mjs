export default [
  {
    file: 'lib/validate.ts',
    tests: ['test/unit/validate.test.ts'],
    mistakes: [
      [
        'an integer above its bound is taken',
        'value <= most) return;',
        'value <= most + 1) return;',
      ],
    ],
  },
];
