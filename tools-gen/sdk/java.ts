/** bss-cli-sdk for Java: the HTTP client of the JDK and Jackson. */
import { camelMeta, lowerFirst, packageName, type Language, type Sdk } from './language.ts';
import type { SdkModule } from './module.ts';
import { readmeText } from './readme.ts';

const group = 'bsscli';
const root = `${group}.sdk`;
const sources = 'src/main/java';
const folderOf = ({ name }: SdkModule): string => `${sources}/${root.replaceAll('.', '/')}/${name}`;

export const java: Language = {
  title: 'Java',
  generator: 'java',
  options: ({ name }) => ({
    library: 'native', invokerPackage: `${root}.${name}`, apiPackage: `${root}.${name}.api`, modelPackage: `${root}.${name}.model`,
    sourceFolder: sources, openApiNullable: false, containerDefaultToNull: true, useSingleRequestParameter: true, documentationProvider: 'none',
    disallowAdditionalPropertiesIfNotPresent: false, hideGenerationTimestamp: true,
  }),
  from: folderOf,
  to: folderOf,
  metaName: camelMeta,
  leaves: [],
  files: (sdk) => ({
    'pom.xml': pomText(sdk),
    ...Object.fromEntries(sdk.modules.filter(({ notifications }) => notifications.length > 0).map((module) => [`${folderOf(module)}/Listener.java`, listenerText(module)])),
    'README.md': readmeText(sdk, { title: 'Java', install, fence: 'java', quickStart, moduleName: (name) => `${root}.${name}`, notes }),
  }),
};

/** The dependencies are those the generator's own project file would name. */
const pomText = ({ version }: Sdk): string => `<?xml version="1.0" encoding="UTF-8"?>
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>${group}</groupId>
  <artifactId>${packageName}</artifactId>
  <version>${version}</version>
  <name>${packageName}</name>
  <description>Clients of the APIs of BSS-CLI: eleven TM Forum Open APIs and its own.</description>
  <licenses><license><name>Apache-2.0</name></license></licenses>
  <properties>
    <maven.compiler.release>11</maven.compiler.release>
    <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
  </properties>
  <dependencies>
${dependency('com.fasterxml.jackson.core', 'jackson-databind', '2.21.5')}
${dependency('com.fasterxml.jackson.datatype', 'jackson-datatype-jsr310', '2.21.5')}
${dependency('com.google.code.findbugs', 'jsr305', '3.0.2')}
${dependency('jakarta.annotation', 'jakarta.annotation-api', '1.3.5')}
  </dependencies>
  <build>
    <plugins>
      <plugin><groupId>org.apache.maven.plugins</groupId><artifactId>maven-compiler-plugin</artifactId><version>3.13.0</version></plugin>
    </plugins>
  </build>
</project>
`;

const dependency = (groupId: string, artifactId: string, version: string): string =>
  `    <dependency><groupId>${groupId}</groupId><artifactId>${artifactId}</artifactId><version>${version}</version></dependency>`;

function listenerText({ name, spec, notifications }: SdkModule): string {
  return [
    `package ${root}.${name};`, '',
    'import com.fasterxml.jackson.core.JsonProcessingException;', 'import com.fasterxml.jackson.databind.JsonNode;', 'import com.fasterxml.jackson.databind.ObjectMapper;',
    ...notifications.map(({ schema }) => `import ${root}.${name}.model.${schema};`), '',
    `/** The subscriber's side of ${spec.document.info.title}: override what you want to hear of. */`,
    'public interface Listener {',
    ...notifications.flatMap(({ schema, summary }) => [`  /** ${summary}. */`, `  default void ${lowerFirst(schema)}(${schema} event) {}`, '']),
    '  /**',
    '   * Hands one notification, the JSON text of the request, to its method.',
    '   *',
    '   * @return whether this API has such a notification',
    '   */',
    '  default boolean receive(String body) throws JsonProcessingException {',
    '    ObjectMapper mapper = ApiClient.createDefaultObjectMapper();',
    '    JsonNode event = mapper.readTree(body);',
    '    switch (event.path("eventType").asText()) {',
    ...notifications.flatMap(({ schema }) => [
      `      case "${schema}":`, `        ${lowerFirst(schema)}(mapper.treeToValue(event, ${schema}.class));`, '        return true;',
    ]),
    '      default:', '        return false;', '    }', '  }', '}', '',
  ].join('\n');
}

const install = `It runs on Java 11 or newer: \`mvn install\` in this folder, then depend on \`${group}:${packageName}\`.`;

const quickStart = `
import bsscli.sdk.tmf622.ApiClient;
import bsscli.sdk.tmf622.ApiException;
import bsscli.sdk.tmf622.api.ProductOrderApi;

ApiClient client = new ApiClient(); // client.updateBaseUri("https://…") for another address
client.setRequestInterceptor(request -> request.header("X-BSS-API-Token", System.getenv("BSS_TOKEN")));
try {
  new ProductOrderApi(client).retrieveProductOrder(ProductOrderApi.APIRetrieveProductOrderRequest.newBuilder().id("ORD-001").build());
} catch (ApiException error) {
  System.out.println(error.getCode() + " " + error.getResponseBody());
}
`;

const notes = [
  'A member `@type` of the wire is `getAtType()` here; what a schema does not name is in `getAdditionalProperties()`.',
  'Every method has a twin that ends in `WithHttpInfo` and gives the answer with its headers (`X-Total-Count`).',
  '`Listener` of each TM Forum module has a method for everything a hub posts to you, and `receive` that calls the right one.',
];
