import tseslint from 'typescript-eslint';

/** Time and chance come from `runtime/` alone, so that they can be frozen and repeated. */
const doctrine = [
  ['MemberExpression[object.name="Date"][property.name="now"]', 'Time comes from #runtime/clock.'],
  ['NewExpression[callee.name="Date"][arguments.length=0]', 'Time comes from #runtime/clock.'],
  ['MemberExpression[object.name="Math"][property.name="random"]', 'Chance comes from #runtime/ids.'],
  ['MemberExpression[property.name="randomUUID"]', 'Ids come from #runtime/ids.'],
];

export default tseslint.config(
  { ignores: ['generated/**', 'node_modules/**', '.toolchain/**', '.bss/**', '.cache/**', 'dist/**', 'specs/**'] },
  ...tseslint.configs.recommended,
  {
    rules: {
      eqeqeq: 'error',
      'no-console': 'off',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  {
    files: ['agent/**', 'bench/**', 'cli/**', 'db/**', 'events/**', 'handlers/**', 'policy/**', 'portals/**', 'scenarios/**'],
    rules: {
      'no-restricted-syntax': ['error', ...doctrine.map(([selector, message]) => ({ selector, message }))],
    },
  },
);
