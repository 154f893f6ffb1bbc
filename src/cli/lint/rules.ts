/** What a code stands for, in a list of rules. */
export interface RuleText {
  /** One sentence without a place or a name. */
  readonly short: string;
  /** What to do about any finding of the code. */
  readonly help: string;
}

/** The subjects that codes begin with, and where their rules come from. */
const SUBJECTS: Readonly<Record<string, string>> = {
  PBTXT: "Triton's text parser refuses the file.",
  CONFIG: "The model configuration is not one that Triton takes as it is.",
  REPOSITORY: "The model's directory is not laid out as Triton reads it.",
  ENSEMBLE: "The steps of an ensemble do not fit together.",
  ONNX: "The configuration and the ONNX model do not fit, or the model file is not one.",
};

/** The text of a code: its words, and what its subject is about. */
export function ruleText(code: string): RuleText {
  const [subject = "", ...words] = code.split("_");
  const about = SUBJECTS[subject] ?? "Triton refuses the model, or takes it otherwise than it looks.";
  const name = words.join(" ").toLowerCase() || subject.toLowerCase();
  return { short: `${subject.charAt(0)}${subject.slice(1).toLowerCase()}: ${name}`, help: about };
}
