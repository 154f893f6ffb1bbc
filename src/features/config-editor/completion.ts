import { snippet, startCompletion, type Completion, type CompletionContext, type CompletionResult } from "@codemirror/autocomplete";
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
    return { from: found.from, to: found.to, options: found.items.map(asCompletion), validFor: WORD };
  };
}

/** Something of the word is there, or what stands before it leaves no doubt that one is to come. */
function isAsked({ pos, state }: CompletionContext, from: number): boolean {
  return from < pos || /["']$|: $/.test(state.sliceDoc(Math.max(0, from - 2), from));
}

function asCompletion({ label, alias, detail, info, kind, insert, template, again }: CompletionItem, index: number): Completion {
  return {
    label: alias === undefined ? label : `${label} ${alias}`,
    displayLabel: label,
    type: kind,
    // Ties keep the order of the language.
    boost: Math.max(-99, -index),
    ...(detail === undefined ? {} : { detail }),
    ...(info === undefined || info === "" ? {} : { info }),
    apply:
      template === undefined
        ? insert
        : (view, completion, from, to) => {
            snippet(insert)(view, completion, from, to);
            if (again === true) startCompletion(view);
          },
  };
}
