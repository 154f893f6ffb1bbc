import { continuedIndent, delimitedIndent, foldInside, foldNodeProp, indentNodeProp, LanguageSupport, LRLanguage, type TreeIndentContext } from "@codemirror/language";
import { styleTags, tags } from "@lezer/highlight";
import { parser } from "../../triton/pbtxt/pbtxt.grammar";

/** Protobuf text format: highlighting, folding of messages and lists, indentation, bracket matching, "#" comments. */
export function pbtxt(): LanguageSupport {
  return new LanguageSupport(language);
}

/** One step within a message; its closing delimiter stands where the line of the opening one begins. */
function messageIndent(context: TreeIndentContext): number {
  const closing = context.node.firstChild?.name === "<" ? ">" : "}";
  return delimitedIndent({ closing, align: false })(context);
}

const language = LRLanguage.define({
  name: "pbtxt",
  parser: parser.configure({
    props: [
      styleTags({
        "FieldName/...": tags.propertyName,
        ExtensionName: tags.special(tags.propertyName),
        String: tags.string,
        Number: tags.number,
        Boolean: tags.bool,
        "EnumName/...": tags.atom,
        Comment: tags.lineComment,
        "{ }": tags.brace,
        "[ ]": tags.squareBracket,
        "< >": tags.angleBracket,
        ": , ;": tags.punctuation,
      }),
      foldNodeProp.add({ Message: foldInside, List: foldInside }),
      indentNodeProp.add({ Message: messageIndent, List: delimitedIndent({ closing: "]", align: false }), Field: continuedIndent() }),
    ],
  }),
  languageData: {
    commentTokens: { line: "#" },
    closeBrackets: { brackets: ["{", "[", '"', "'"] },
    indentOnInput: /^\s*[}\]>]$/,
  },
});
