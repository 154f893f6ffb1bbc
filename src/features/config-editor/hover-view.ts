import type { Hover, TensorLine, WireEnd } from "../../triton/language/hover.ts";
import type { EditorTexts } from "./language-host.ts";

/** What a hover says, as an element. */
export function hoverElement(hover: Hover, t: EditorTexts): HTMLElement {
  const box = element("div", "cm-conch-hover");
  box.append(...contentOf(hover, t));
  return box;
}

function contentOf(hover: Hover, t: EditorTexts): HTMLElement[] {
  switch (hover.kind) {
    case "field":
      return [
        heading(hover.name, hover.type),
        ...paragraph(hover.doc),
        ...(hover.fallback === undefined ? [] : paragraph(t("hoverFallback", { value: hover.fallback }))),
        ...(hover.completed.length === 0 ? [] : [element("p", "cm-conch-hover-label", t("hoverCompleted"))]),
        ...hover.completed.map(({ path, value, reason }) => {
          const row = element("p");
          row.append(element("code", "", value === undefined ? path : `${path}: ${value}`), element("small", "", reason));
          return row;
        }),
      ];
    case "value": {
      const { dataType } = hover;
      const bytes = dataType === undefined ? "" : dataType.bytes === 0 ? t("hoverVariable") : t("hoverBytes", { count: dataType.bytes });
      return [heading(hover.name, dataType === undefined ? "" : `${dataType.numpy} · ${dataType.v2} · ${bytes}`), ...paragraph(hover.doc)];
    }
    case "model": {
      if (!hover.found) return [heading(hover.name, t("hoverModel")), ...paragraph(t("hoverNoModel"))];
      const versions = hover.versions?.length ? t("hoverVersions", { versions: hover.versions.join(", ") }) : t("hoverNoVersions");
      const batch = hover.maxBatchSize > 0 ? t("hoverBatch", { size: hover.maxBatchSize }) : t("hoverNoBatch");
      return [heading(hover.name, hover.runs), ...paragraph(`${versions} · ${batch}`), ...tensors(t("hoverInputs"), hover.inputs, t), ...tensors(t("hoverOutputs"), hover.outputs, t)];
    }
    case "tensor":
      return [
        heading(hover.name, hover.signature ?? ""),
        ...paragraph(t("hoverTensor", { model: hover.ensemble })),
        ...ends(t("hoverFrom"), hover.producers, t),
        ...ends(t("hoverTo"), hover.consumers, t),
      ];
    case "port": {
      const kind = t(hover.side === "input" ? "hoverInputOf" : "hoverOutputOf", { model: hover.model });
      const optional = hover.tensor?.optional === true ? ` · ${t("hoverOptional")}` : "";
      return [heading(hover.name, hover.tensor?.signature ?? ""), ...paragraph(hover.tensor === undefined ? t("hoverNoPort", { model: hover.model }) : kind + optional)];
    }
  }
}

function heading(name: string, detail: string): HTMLElement {
  const row = element("p", "cm-conch-hover-heading");
  row.append(element("strong", "", name), ...(detail === "" ? [] : [document.createTextNode(" "), element("code", "", detail)]));
  return row;
}

function paragraph(text: string): HTMLElement[] {
  return text === "" ? [] : [element("p", "", text)];
}

function tensors(label: string, lines: readonly TensorLine[], t: EditorTexts): HTMLElement[] {
  return list(
    label,
    lines.map(({ name, signature, optional }) => [name, optional ? `${signature} · ${t("hoverOptional")}` : signature]),
    t,
  );
}

function ends(label: string, found: readonly WireEnd[], t: EditorTexts): HTMLElement[] {
  const textOf = ({ kind, step, model }: WireEnd): string => (kind === "step" ? t("hoverStep", { step: step ?? 0, model: model ?? "" }) : t(kind === "input" ? "hoverTerminalIn" : "hoverTerminalOut"));
  return list(
    label,
    found.map((end) => [end.name, textOf(end)]),
    t,
  );
}

/** A label with its lines, each a name and what is known of it. */
function list(label: string, lines: readonly (readonly [string, string])[], t: EditorTexts): HTMLElement[] {
  const title = element("p", "cm-conch-hover-label", lines.length === 0 ? `${label}: ${t("hoverNone")}` : label);
  if (lines.length === 0) return [title];
  const rows = element("ul");
  for (const [name, detail] of lines) {
    const row = element("li");
    row.append(element("code", "", name), document.createTextNode(" "), element("small", "", detail));
    rows.append(row);
  }
  return [title, rows];
}

function element(tag: string, className = "", text?: string): HTMLElement {
  const made = document.createElement(tag);
  if (className !== "") made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}
