/** As much of OpenAPI 3.0 as it takes to hold calls and answers to a vendor's published description. Nothing is filled in or made up. */
interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly format?: string;
  readonly nullable?: boolean;
  readonly enum?: readonly unknown[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}
interface Parameter {
  readonly in: 'path' | 'query' | 'header';
  readonly name: string;
  readonly required?: boolean;
  readonly schema: Schema;
}
interface Answer {
  readonly content?: Readonly<
    Record<string, { readonly schema: Schema; readonly examples?: Readonly<Record<string, { readonly value?: unknown }>> }>
  >;
}
interface Operation {
  readonly parameters?: readonly Parameter[];
  readonly responses: Readonly<Record<string, Answer>>;
}
export interface Description {
  readonly info: { readonly version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

export interface Matched {
  readonly template: string;
  readonly operation: Operation;
  readonly parameters: Readonly<Record<string, string>>;
}

export class OpenApi {
  readonly #description: Description;
  readonly #templates: readonly { readonly template: string; readonly pattern: RegExp; readonly names: readonly string[] }[];

  constructor(description: Description) {
    this.#description = description;
    this.#templates = Object.keys(description.paths).map((template) => ({
      template,
      names: [...template.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name),
      pattern: new RegExp(`^${template.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{\w+\}/g, '([^/]+)')}$`),
    }));
  }

  get version(): string {
    return this.#description.info.version;
  }

  /** The operation that answers this call; templates without parameters win. */
  match(method: string, path: string): Matched | undefined {
    const fitting = this.#templates.filter(({ pattern }) => pattern.test(path)).sort((a, b) => a.names.length - b.names.length);
    for (const { template, pattern, names } of fitting) {
      const operation = this.#description.paths[template]?.[method.toLowerCase()];
      if (!operation) continue;
      const values = (pattern.exec(path) ?? []).slice(1).map(decodeURIComponent);
      return { template, operation, parameters: Object.fromEntries(names.map((name, index) => [name, values[index] ?? ''])) };
    }
    return undefined;
  }

  /** @returns what the description does not allow about the call. */
  callProblems({ operation, parameters, template }: Matched, query: URLSearchParams): string[] {
    const declared = (operation.parameters ?? []).map((one) => this.#resolved(one as Parameter & Schema) as unknown as Parameter);
    const problems: string[] = [];
    for (const [name, value] of Object.entries(parameters))
      problems.push(
        ...this.#textProblems(
          declared.find((one) => one.in === 'path' && one.name === name),
          `${template} {${name}}`,
          value,
        ),
      );
    for (const [name, value] of query)
      problems.push(
        ...this.#textProblems(
          declared.find((one) => one.in === 'query' && one.name === name),
          `${template}?${name}`,
          value,
        ),
      );
    for (const one of declared)
      if (one.in === 'query' && one.required && !query.has(one.name)) problems.push(`${template}: ${one.name} is missing`);
    return problems;
  }

  #textProblems(parameter: Parameter | undefined, where: string, text: string): string[] {
    if (!parameter) return [`${where}: is not a parameter`];
    const schema = this.#resolved(parameter.schema);
    if (schema.type === 'integer') return /^-?\d+$/.test(text) ? [] : [`${where}: "${text}" is no integer`];
    return schema.enum && !schema.enum.includes(text) ? [`${where}: "${text}" is none of its values`] : [];
  }

  /** @returns what the description does not allow about an answer with that status. */
  answerProblems({ operation, template }: Matched, status: number, body: unknown): string[] {
    const answer = operation.responses[String(status)];
    if (!answer) return status === 304 ? [] : [`${template}: answers no ${status}`];
    const schema = this.#resolved(answer as Schema) as Answer;
    const content = schema.content?.['application/json'];
    return content ? this.#problems(content.schema, body, template) : [];
  }

  /** The description's own example of an answer. */
  example(template: string, status = 200): unknown {
    const answer = this.#description.paths[template]?.get?.responses[String(status)];
    const content = (this.#resolved(answer as Schema) as Answer).content?.['application/json'];
    const [first] = Object.values(content?.examples ?? {});
    return (this.#resolved(first as Schema) as { readonly value?: unknown } | undefined)?.value;
  }

  #resolved(one: Schema): Schema {
    let found: unknown = one;
    while ((found as Schema | undefined)?.$ref) {
      const { $ref = '' } = found as Schema;
      found = $ref
        .split('/')
        .slice(1)
        .reduce<unknown>((at, part) => (at as Record<string, unknown>)[part.replaceAll('~1', '/')], this.#description);
    }
    return found as Schema;
  }

  #problems(unresolved: Schema, value: unknown, where: string): string[] {
    const schema = this.#resolved(unresolved);
    if (value === null) return schema.nullable || this.#allowsNull(schema) ? [] : [`${where}: is null`];
    for (const part of schema.allOf ?? []) {
      const problems = this.#problems(part, value, where);
      if (problems.length > 0) return problems;
    }
    const either = schema.anyOf ?? schema.oneOf;
    if (either?.every((part) => this.#problems(part, value, where).length > 0)) return [`${where}: fits none of its shapes`];
    if (schema.enum && !schema.enum.includes(value)) return [`${where}: ${JSON.stringify(value)} is none of its values`];
    switch (schema.type) {
      case 'object':
        return this.#objectProblems(schema, value, where);
      case 'array':
        return Array.isArray(value)
          ? value.flatMap((item, index) => (schema.items ? this.#problems(schema.items, item, `${where}[${index}]`) : []))
          : [`${where}: is no array`];
      case 'string':
        if (typeof value !== 'string') return [`${where}: is no string`];
        return schema.format === 'date-time' && !Number.isFinite(Date.parse(value)) ? [`${where}: is no time`] : [];
      case 'integer':
        return Number.isInteger(value) ? [] : [`${where}: is no integer`];
      case 'number':
        return typeof value === 'number' ? [] : [`${where}: is no number`];
      case 'boolean':
        return typeof value === 'boolean' ? [] : [`${where}: is no boolean`];
      default:
        return [];
    }
  }

  #allowsNull({ anyOf, oneOf, allOf }: Schema): boolean {
    return [...(anyOf ?? []), ...(oneOf ?? []), ...(allOf ?? [])].some((part) => this.#resolved(part).nullable === true);
  }

  #objectProblems(schema: Schema, value: unknown, where: string): string[] {
    if (typeof value !== 'object' || Array.isArray(value)) return [`${where}: is no object`];
    const members = value as Readonly<Record<string, unknown>>;
    const missing = (schema.required ?? []).filter((name) => members[name] === undefined).map((name) => `${where}.${name}: is missing`);
    const wrong = Object.entries(members).flatMap(([name, member]) => {
      const known = schema.properties?.[name];
      if (known) return this.#problems(known, member, `${where}.${name}`);
      const others = schema.additionalProperties;
      return typeof others === 'object' ? this.#problems(others, member, `${where}.${name}`) : [];
    });
    return [...missing, ...wrong];
  }
}
