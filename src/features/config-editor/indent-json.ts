/** A JSON text with one member per line, two spaces a level; short lists of scalars stay on their line. Numbers and strings stay as they are written. */
export function indentJson(text: string): string {
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[^\s"{}[\],:]+|[{}[\],:]/g) ?? [];
  let result = "";
  let depth = 0;
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index]!;
    const flat = token === "[" || token === "{" ? flatEnd(tokens, index) : undefined;
    if (flat !== undefined) {
      result += tokens.slice(index, flat + 1).join("").replaceAll(",", ", ");
      index = flat;
    } else if (token === "{" || token === "[") result += token + line(++depth);
    else if (token === "}" || token === "]") result += line(--depth) + token;
    else if (token === ",") result += token + line(depth);
    else result += token === ":" ? ": " : token;
  }
  return result;
}

function line(depth: number): string {
  return `\n${"  ".repeat(depth)}`;
}

/** Where a list of numbers and words, or an empty object, ends; undefined for anything else. */
function flatEnd(tokens: readonly string[], start: number): number | undefined {
  const end = tokens[start] === "{" ? (tokens[start + 1] === "}" ? start + 1 : -1) : tokens.indexOf("]", start);
  if (end < 0) return undefined;
  return tokens.slice(start + 1, end).some((token) => /^["{[]/.test(token)) ? undefined : end;
}
