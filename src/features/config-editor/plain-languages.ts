import { LanguageSupport, StreamLanguage, type StreamParser } from "@codemirror/language";

// Highlighting of the small files around a configuration. Their verdicts come from elsewhere, so a tokenizer is enough.

const JSON_TOKENS: StreamParser<null> = {
  name: "json",
  startState: () => null,
  token: (stream) => {
    if (stream.eatSpace()) return null;
    if (stream.match(/^"(?:[^"\\]|\\.)*"(?=\s*:)/)) return "propertyName";
    if (stream.match(/^"(?:[^"\\]|\\.)*"?/)) return "string";
    if (stream.match(/^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/)) return "number";
    if (stream.match(/^(?:true|false)\b/)) return "bool";
    if (stream.match(/^null\b/)) return "null";
    const next = stream.next();
    if (next === "{" || next === "}") return "brace";
    return next === "[" || next === "]" ? "squareBracket" : "punctuation";
  },
  languageData: { closeBrackets: { brackets: ["{", "[", '"'] }, indentOnInput: /^\s*[}\]]$/ },
};

const KEYWORDS =
  /^(?:and|as|assert|async|await|break|class|continue|def|del|elif|else|except|finally|for|from|global|if|import|in|is|lambda|nonlocal|not|or|pass|raise|return|try|while|with|yield)\b/;

const PYTHON_TOKENS: StreamParser<{ quote: string | null }> = {
  name: "python",
  startState: () => ({ quote: null }),
  token: (stream, state) => {
    if (state.quote !== null) {
      if (stream.skipTo(state.quote)) {
        stream.match(state.quote);
        state.quote = null;
      } else stream.skipToEnd();
      return "string";
    }
    if (stream.eatSpace()) return null;
    if (stream.match(/^#.*/)) return "lineComment";
    if (stream.match(/^[rbfu]{0,2}("""|''')/i)) {
      state.quote = stream.current().slice(-3);
      return "string";
    }
    if (stream.match(/^[rbfu]{0,2}(?:"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?)/i)) return "string";
    if (stream.match(/^\d[\w.]*/)) return "number";
    if (stream.match(KEYWORDS)) return "keyword";
    if (stream.match(/^(?:True|False|None)\b/)) return "atom";
    if (stream.match(/^@[\w.]+/)) return "meta";
    if (!stream.match(/^\w+/)) stream.next();
    return null;
  },
  languageData: { commentTokens: { line: "#" } },
};

/** JSON. */
export function json(): LanguageSupport {
  return new LanguageSupport(StreamLanguage.define(JSON_TOKENS));
}

/** Python, for reading. */
export function python(): LanguageSupport {
  return new LanguageSupport(StreamLanguage.define(PYTHON_TOKENS));
}
