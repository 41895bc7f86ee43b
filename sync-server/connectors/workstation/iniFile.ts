/** One `[section]` of an INI or flat TOML file; `''` before the first. Values are read where a reader asks, and go no further. */
export interface Section {
  readonly name: string;
  readonly values: ReadonlyMap<string, string>;
}

export function readSections(text: string): Section[] {
  const sections: { name: string; values: Map<string, string> }[] = [{ name: '', values: new Map() }];
  for (const line of text.split(/\r\n|\n|\r/)) {
    const header = /^\s*\[+\s*([^\]]+?)\s*\]+\s*(?:[#;].*)?$/.exec(line)?.[1];
    const [, key, value] = /^\s*([^\s=:#;[][^=:]*?)\s*[=:]\s*(.*?)\s*$/.exec(line) ?? [];
    if (header !== undefined) sections.push({ name: header, values: new Map() });
    else if (key !== undefined) sections.at(-1)?.values.set(key.toLowerCase(), (value ?? '').replace(/^(["'])(.*)\1$/, '$2'));
  }
  return sections;
}
