/** bss-cli-sdk for Go: the standard library only. */
import { camelMeta, packageName, type Language } from './language.ts';
import type { SdkModule } from './module.ts';
import { readmeText } from './readme.ts';

export const go: Language = {
  title: 'Go',
  generator: 'go',
  options: ({ name }) => ({ packageName: name, withGoMod: false, enumClassPrefix: true, disallowAdditionalPropertiesIfNotPresent: false }),
  from: () => '.',
  to: ({ name }) => name,
  metaName: (name) => camelMeta(name).replace(/^at/, 'At'),
  leaves: ['api', 'docs', 'test', 'README.md', 'git_push.sh'],
  files: (sdk) => ({
    'go.mod': `module ${packageName}\n\ngo 1.23\n`,
    ...Object.fromEntries(sdk.modules.filter(({ notifications }) => notifications.length > 0).map((module) => [`${module.name}/listener.go`, listenerText(module)])),
    'README.md': readmeText(sdk, { title: 'Go', install, fence: 'go', quickStart, moduleName: (name) => `${packageName}/${name}`, notes }),
  }),
};

function listenerText({ name, spec, notifications }: SdkModule): string {
  return [
    `package ${name}`, '', 'import "encoding/json"', '',
    `// Listener is the subscriber's side of ${spec.document.info.title}: what is done with each notification of its hub.`,
    '// A field that is nil is not handled.', 'type Listener struct {',
    ...notifications.flatMap(({ schema, summary }) => [`\t// ${summary}.`, `\t${schema} func(${schema}) error`]), '}', '',
    '// Receive hands one notification, the JSON text of the request, to its field and tells whether there is one.',
    'func (listener Listener) Receive(body []byte) (bool, error) {',
    '\tvar head struct {', '\t\tEventType string `json:"eventType"`', '\t}',
    '\tif err := json.Unmarshal(body, &head); err != nil {', '\t\treturn false, err', '\t}',
    '\tswitch head.EventType {',
    ...notifications.flatMap(({ schema }) => [`\tcase "${schema}":`, `\t\treturn hand(body, listener.${schema})`]),
    '\t}', '\treturn false, nil', '}', '',
    'func hand[Event any](body []byte, field func(Event) error) (bool, error) {',
    '\tif field == nil {', '\t\treturn false, nil', '\t}',
    '\tvar event Event', '\tif err := json.Unmarshal(body, &event); err != nil {', '\t\treturn true, err', '\t}',
    '\treturn true, field(event)', '}', '',
  ].join('\n');
}

const install = `It needs Go 1.23 or newer: \`go mod edit -require ${packageName}@v0.0.0 -replace ${packageName}=<this folder>\`.`;

const quickStart = `
config := tmf622.NewConfiguration() // config.Servers for another address
config.AddDefaultHeader("X-BSS-API-Token", os.Getenv("BSS_TOKEN"))
orders := tmf622.NewAPIClient(config).ProductOrderAPI
mine, answer, err := orders.ListProductOrder(context.Background()).RelatedPartyId("CUST-001").State("completed").Limit(10).Execute()
if err != nil {
	log.Fatal(answer.Status, err)
}
fmt.Println(len(mine), "of", answer.Header.Get("X-Total-Count"))
`;

const notes = [
  'A member `@type` of the wire is `AtType` here; what a schema does not name is in `AdditionalProperties`.',
  'Every call gives the answer with its headers (`X-Total-Count`) beside what it decodes.',
  '`Listener` of each TM Forum package has a field for everything a hub posts to you, and `Receive` that calls the right one.',
];
