import type { TextRange } from "../pbtxt/tree.ts";

/** `${name}`, `{{ name }}`, `{% for … %}`, `<% … %>`, as deployment scripts write them; bounded, for a line may be long. A `:` inside braces makes them fields of two messages. */
const PLACEHOLDER = /\$\{[^{}\n]*\}|\{\{[^{}:\n]*\}\}|\{%[^\n]{0,200}?%\}|<%[^\n]{0,200}?%>/g;

/** The ranges of a text that a template engine should have filled in. */
export function placeholders(text: string): TextRange[] {
  return [...text.matchAll(PLACEHOLDER)].map(({ 0: found, index }) => ({ from: index, to: index + found.length }));
}
