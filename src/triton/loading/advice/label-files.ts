import type { Finding } from "../../findings.ts";
import { type AdviceCase, advise } from "./report.ts";

/** Label files that name classes wrongly: carriage returns become part of the names, and missing lines leave classes without one. */
export function labelFiles(one: AdviceCase): Finding[] {
  const { model, content } = one;
  return model.config.output.flatMap(({ name, label_filename, dims }, index) => {
    const path = `${model.name}/${label_filename.replace(/^\/+/, "")}`;
    const text = label_filename === "" ? undefined : content.text(path);
    if (text === undefined) return [];
    const at = [["output", index, "label_filename"]];
    const findings: Finding[] = [];
    if (text.includes("\r")) {
      findings.push(
        advise(one, {
          code: "ADVICE_LABEL_RETURNS",
          severity: "warning",
          message: `the labels of '${path}' end in carriage returns, which classification results then carry`,
          hint: "Save the file with Unix line endings.",
          at,
          subject: { port: name },
        }),
      );
    }
    const count = text.replace(/\n$/, "").split("\n").length;
    const [classes = -1] = dims;
    if (dims.length === 1 && classes > count && text !== "") {
      findings.push(
        advise(one, {
          code: "ADVICE_LABEL_COUNT",
          severity: "info",
          message: `'${path}' has ${count} ${count === 1 ? "label" : "labels"} for the ${classes} classes of '${name}': the others have none`,
          hint: "Write one label per line, in the order of the classes.",
          at,
          subject: { port: name },
        }),
      );
    }
    return findings;
  });
}
