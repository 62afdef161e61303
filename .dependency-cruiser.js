/**
 * The arrows of ARCHITECTURE §1 and §2: dependencies point down only. `test/doctrine/arrows.test.ts`
 * runs these rules over the tree and over planted violations.
 */
const only = (name, from, allowed, comment) => ({
  name, comment, severity: 'error',
  from: { path: `^${from}` },
  to: { path: '^(agent|bench|cli|db|events|generated|handlers|policy|portals|runtime|scenarios|test|tools-gen)/', pathNot: allowed.map((one) => `^${one}`) },
});

export default {
  forbidden: [
    only('policy-knows-basics-only', 'policy/', ['policy/', 'runtime/'], 'policy/ is pure: types and runtime basics'),
    only('runtime-stays-below', 'runtime/', ['runtime/', 'generated/'], 'runtime/ knows nothing of the domain'),
    only('generated-stays-below', 'generated/', ['runtime/', 'generated/'], 'generated code leans on runtime/ only'),
    only('db-stays-below', 'db/', ['db/', 'runtime/'], 'db/ knows no domain code'),
    only('events-stay-below', 'events/', ['events/', 'db/', 'runtime/', 'generated/'], 'events/ carries, it does not decide'),
    only('handlers-reach-down', 'handlers/', ['handlers/', 'policy/', 'db/', 'events/', 'runtime/', 'generated/'], 'handlers/ never import who calls them'),
    only('clients-know-clients', 'cli/(?!run/|doctor)', ['cli/', 'generated/', 'runtime/', 'agent/'], 'the CLI speaks over bss-clients like everybody else'),
    only('generators-stand-alone', 'tools-gen/', ['tools-gen/', 'runtime/'], 'tools-gen: specs in, files out'),
    {
      name: 'no-service-imports-another', severity: 'error', comment: 'services speak over bss-clients or events',
      from: { path: '^handlers/([^/]+)/', pathNot: '^handlers/(platform|resource)/' },
      to: { path: '^handlers/[^/]+/', pathNot: '^handlers/($1|resource)/' },
    },
    {
      name: 'one-mint', severity: 'error', comment: 'only action and machine make permits',
      from: { pathNot: '^policy/(action|machine)[.]ts$|^test/' }, to: { path: '^policy/permit[.]ts$', dependencyTypesNot: ['type-only'] },
    },
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(node_modules|[.]toolchain|[.]cache)' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'], extensions: ['.ts', '.js', '.d.ts'] },
  },
};
