/** Is a name on a list in which `*` stands for any text? Case is nothing to GitHub. */
export const namedBy = (patterns: readonly string[], name: string): boolean =>
  patterns.some((pattern) => {
    const parts = pattern.toLowerCase().split('*');
    const [first = '', ...rest] = parts;
    let left = name.toLowerCase();
    if (!left.startsWith(first)) return false;
    left = left.slice(first.length);
    const last = rest.pop();
    if (last === undefined) return left === '';
    for (const part of rest) {
      const at = left.indexOf(part);
      if (at < 0) return false;
      left = left.slice(at + part.length);
    }
    return left.endsWith(last);
  });
