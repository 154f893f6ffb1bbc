import { foldGutter } from "@codemirror/language";
import { EditorState } from "@codemirror/state";
import { EditorView, lineNumbers } from "@codemirror/view";
import { useEffect, useMemo, useRef } from "react";
import type { ModelView } from "../../state/derived.ts";
import { configJson } from "../../triton/model-config/json.ts";
import { completedValues } from "../../triton/language/hover.ts";
import { configEditorMessages } from "../../ui/catalogue/config-editor.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { synchronise } from "./document-binding.ts";
import { editorTheme } from "./editor-theme.ts";
import { indentJson } from "./indent-json.ts";
import { json } from "./plain-languages.ts";
import classes from "./config-editor.module.css";

/** A model's configuration as a server would answer it, and what of it the file does not say. */
export function ServedView({ view }: { view: ModelView }) {
  const t = useMessages(configEditorMessages);
  const { config, loads } = view.verdict;
  const text = useMemo(() => indentJson(configJson(config)), [config]);
  const label = t("servedOf", { model: view.name });
  const completed = useMemo(() => completedValues(view.verdict), [view.verdict]);
  return (
    <section className={classes.served} aria-label={label} data-testid="served-config">
      <p className={classes.servedNote}>{t(loads ? "servedLoads" : "servedFails")}</p>
      <div className={classes.servedBody}>
        <ReadOnlyJson key={label} text={text} label={label} />
        <div className={classes.completed} tabIndex={0} role="group" aria-label={t("servedReasons")}>
          {completed.length === 0 ? (
            <p>{loads && t("servedNothing")}</p>
          ) : (
            <dl>
              {completed.map(({ path, value, reason }) => (
                <div key={path} data-testid="completed-field">
                  <dt>{value === undefined ? path : `${path}: ${value}`}</dt>
                  <dd>{reason}</dd>
                </div>
              ))}
            </dl>
          )}
        </div>
      </div>
    </section>
  );
}

function ReadOnlyJson({ text, label }: { text: string; label: string }) {
  const parent = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  useEffect(() => {
    if (parent.current === null) return;
    const editor = new EditorView({
      parent: parent.current,
      state: EditorState.create({
        extensions: [
          EditorState.readOnly.of(true),
          EditorView.editable.of(false),
          EditorView.contentAttributes.of({ "aria-label": label, "aria-readonly": "true", role: "textbox", "aria-multiline": "true", tabindex: "0" }),
          lineNumbers(),
          foldGutter(),
          json(),
          editorTheme(),
        ],
      }),
    });
    view.current = editor;
    return () => editor.destroy();
  }, [label]);
  useEffect(() => {
    if (view.current !== undefined) synchronise(view.current, text);
  }, [text]);
  return <div ref={parent} className={classes.servedText} />;
}
