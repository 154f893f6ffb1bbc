import { insertCompletionText, pickedCompletion, snippet, startCompletion, type Completion, type CompletionContext, type CompletionResult } from "@codemirror/autocomplete";
import type { EditorView } from "@codemirror/view";
import { completionsAt } from "../../triton/language/completion.ts";
import type { CompletionItem } from "../../triton/language/completion-item.ts";
import type { LanguageHost } from "./language-host.ts";

/** What a name goes on with as it is typed. */
const WORD = /^[\w./:+-]*$/;

/** Completes what the language knows at the caret. While one word is typed the list stays, and is filtered alone. */
export function configCompletion(host: LanguageHost) {
  return (context: CompletionContext): CompletionResult | null => {
    const known = host.context();
    const found = known === undefined ? undefined : completionsAt(context.state.doc.toString(), context.pos, known);
    if (found === undefined || !(context.explicit || isAsked(context, found.from))) return null;
    // The list is filtered by what stands before its end: what is replaced behind the caret is kept apart.
    const behind = found.to - context.pos;
    return { from: found.from, options: found.items.map((item, index) => asCompletion(item, index, behind)), validFor: WORD };
  };
}

/** Something of the word is there, or what stands before it leaves no doubt that one is to come. */
function isAsked({ pos, state }: CompletionContext, from: number): boolean {
  return from < pos || /["']$|: $/.test(state.sliceDoc(Math.max(0, from - 2), from));
}

function asCompletion(item: CompletionItem, index: number, behind: number): Completion {
  const { label, alias, detail, info, kind } = item;
  return {
    label: alias === undefined ? label : `${label} ${alias}`,
    displayLabel: label,
    type: kind,
    // Ties keep the order of the language.
    boost: Math.max(-99, -index),
    ...(detail === undefined ? {} : { detail }),
    ...(info === undefined || info === "" ? {} : { info }),
    apply: (view, completion, from, to) => take(view, item, completion, from, to + behind),
  };
}

function take(view: EditorView, { insert, template, again }: CompletionItem, completion: Completion, from: number, to: number): void {
  if (template === true) snippet(insert)(view, completion, from, to);
  else view.dispatch(insertCompletionText(view.state, insert, from, to), { annotations: pickedCompletion.of(completion) });
  if (again === true) startCompletion(view);
}
