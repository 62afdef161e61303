/** What a language needs besides what its generator writes. */
import type { SdkModule } from './module.ts';

export const packageName = 'bss-cli-sdk';

export interface Sdk {
  /** Version of package.json. */
  readonly version: string;
  readonly modules: readonly SdkModule[];
}

export interface Language {
  readonly title: string;
  /** Name the generator knows it by. */
  readonly generator: string;
  /** Options of that generator for one module, beside those of all. */
  readonly options: (module: SdkModule) => Readonly<Record<string, string | boolean>>;
  /** Folder of the generator's output that holds a module's code. */
  readonly from: (module: SdkModule) => string;
  /** Where that code belongs in the package. */
  readonly to: (module: SdkModule) => string;
  /** Entries of that folder that are no code: pages, skeletons of tests. */
  readonly leaves: readonly string[];
  /** How `@type` and its like are spelt: without help they become `type`, which some schemas have as well. */
  readonly metaName: (name: string) => string;
  /** What makes one package of the modules, by path. */
  readonly files: (sdk: Sdk) => Readonly<Record<string, string>>;
}

/** The attributes of TM Forum schemas that say what a thing is. */
export const metaAttributes = ['@type', '@baseType', '@schemaLocation', '@referredType', '@valueSchemaLocation'] as const;

/** `@baseType` → `atBaseType`. */
export const camelMeta = (name: string): string => `at${name.charAt(1).toUpperCase()}${name.slice(2)}`;

/** `ProductOrderCreateEvent` → `productOrderCreateEvent`. */
export const lowerFirst = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

/** `ProductOrderCreateEvent` → `product_order_create_event`. */
export const snakeCase = (name: string): string => lowerFirst(name).replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
