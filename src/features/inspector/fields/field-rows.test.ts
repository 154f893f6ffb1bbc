import { describe, expect, it } from "vitest";
import type { Diagnostic } from "../../../base/diagnostic.ts";
import type { CompletedField } from "../../../triton/loading/verdict.ts";
import { parseConfig } from "../../../triton/model-config/decode.ts";
import type { ModelConfig } from "../../../triton/model-config/model-config.ts";
import type { Path } from "../../../triton/pbtxt/path.ts";
import { formRows, rowAt, rowId, type FieldRow, type FormView, type Row } from "./field-rows.ts";

const TEXT = 'name: "m"\nmax_batch_size: 4\ninput [ { name: "A" dims: [ -1, 3 ] }, { name: "B" } ]\nparameters { key: "k" value { string_value: "v" } }\ndynamic_batching { }\n';
const CLOSED: FormView = { folds: new Map(), search: "" };

interface Given {
  text?: string;
  served?: Partial<ModelConfig>;
  completed?: readonly CompletedField[];
  findings?: readonly Diagnostic[];
  root?: Path;
}

function rows({ text = TEXT, served = {}, completed = [], findings = [], root = [] }: Given, view: Partial<FormView> = {}): Row[] {
  const parsed = parseConfig(text, "m/config.pbtxt");
  return formRows({ parsed, verdict: { config: { ...parsed.config, ...served }, completed, findings }, root }, { ...CLOSED, ...view });
}

const field = (all: readonly Row[], path: Path): FieldRow | undefined => all.find((row): row is FieldRow => row.id === rowId(path) && row.kind !== "choice" && row.kind !== "fold");
const names = (all: readonly Row[]): string[] => all.map((row) => `${"  ".repeat(row.level)}${row.kind === "fold" ? `+${row.count}` : row.label}`);

describe("the rows of a configuration", () => {
  it("show what is set, in the schema's order, and fold the rest", () => {
    expect(names(rows({}))).toEqual([
      "name", "max_batch_size",
      "input", "  0", "    name", "    dims", "    +7", "  1", "    name", "    +8",
      "scheduling_choice", "  dynamic_batching", "    preferred_batch_size", "    max_queue_delay_microseconds", "    preserve_ordering", "    priority_levels",
      "    default_priority_level", "    default_queue_policy", "    priority_queue_policy",
      "parameters", "  k", "    string_value",
      "+18",
    ]);
  });

  it("show every field once its fold is open", () => {
    const all = names(rows({ text: 'name: "m"' }, { folds: new Map([["[] more", true]]) }));
    expect(all).toHaveLength(24);
    expect(all).toContain("model_metrics");
  });

  it("show all of a message that has nothing set", () => {
    expect(names(rows({ text: "" })).filter((name) => !name.startsWith(" "))).toHaveLength(23);
  });

  it("of one message are its own", () => {
    expect(names(rows({ root: ["input", 1] }))).toEqual(["name", "+8"]);
    expect(rows({ root: ["input", 5] })).toEqual([]);
  });

  it("hold values as they are written, longer than a number's", () => {
    const all = rows({ text: "version_policy { specific { versions: [ 9007199254740993 ] } }" });
    expect(field(all, ["version_policy", "specific", "versions"])).toMatchObject({ kind: "scalars", written: [9007199254740993n] });
    expect(field(all, ["version_policy", "specific", "versions"])?.served).toBeUndefined();
  });

  it("tell defaults, and a value by its number", () => {
    const all = rows({ text: 'max_batch_size: 0x10 input { data_type: 11 }' });
    expect(field(all, ["max_batch_size"])).toMatchObject({ origin: "file", written: [16n], fallback: "0" });
    expect(field(all, ["input", 0, "data_type"])).toMatchObject({ written: [11n], fallback: "TYPE_INVALID" });
    expect(field(all, ["input", 0, "data_type"])?.served).toBeUndefined();
  });

  it("keep the elements of long lists folded, and very long ones altogether", () => {
    expect(names(rows({ text: `metric_tags [ ${Array.from({ length: 30 }, (_, key) => `{ key: "${key}" }`).join(", ")} ]` }))).toEqual(["metric_tags", "+24"]);
    const text = "input [ {}, {}, {}, { name: 'last' } ]";
    expect(rows({ text }).filter((row): row is FieldRow => row.kind === "element").map(({ open, summary }) => [open, summary])).toEqual([[false, ""], [false, ""], [false, ""], [false, "last"]]);
  });
});

describe("what the server fills in", () => {
  const reason = "The backend follows from the file";

  it("is shown with its reason, and is no value of the file", () => {
    const all = rows({ served: { backend: "onnxruntime" }, completed: [{ path: ["backend"], reason }] });
    expect(field(all, ["backend"])).toMatchObject({ origin: "server", reason, served: "onnxruntime", written: [] });
  });

  it("is not edited where the file has no such element", () => {
    const [input] = parseConfig("input { name: 'X' dims: 1 }", "m/config.pbtxt").config.input;
    const all = rows({ text: 'backend: "onnxruntime"', served: { input: [input!] }, completed: [{ path: ["input"], reason }] }, { folds: new Map([[rowId(["input"]), true], [rowId(["input", 0]), true]]) });
    expect(field(all, ["input", 0])).toMatchObject({ origin: "server", editable: false, summary: "X", reason });
    expect(field(all, ["input", 0, "dims"])).toMatchObject({ origin: "server", editable: false, served: "1" });
    expect(field(all, ["input", 0, "optional"])?.origin ?? "default").toBe("default");
  });

  it("in place of what the file says is shown beside it", () => {
    const text = "instance_group { kind: KIND_AUTO }";
    const served = parseConfig("instance_group { kind: KIND_CPU }", "m/config.pbtxt").config;
    const all = rows({ text, served, completed: [{ path: ["instance_group", 0, "kind"], reason }] });
    expect(field(all, ["instance_group", 0, "kind"])).toMatchObject({ origin: "file", written: ["KIND_AUTO"], served: "KIND_CPU", reason });
  });
});

describe("a search", () => {
  it("leads to every field of such a name, whatever is folded", () => {
    expect(names(rows({}, { search: "batch size" }))).toEqual([
      "max_batch_size",
      "optimization", "  cuda", "    graph_spec",
      "scheduling_choice", "  dynamic_batching", "    preferred_batch_size",
      "model_warmup",
    ]);
  });

  it("shows a field of that name with all below it", () => {
    expect(names(rows({}, { search: "parameters" }))).toEqual(["optimization", "  execution_accelerators", "    gpu_execution_accelerator", "    cpu_execution_accelerator", "parameters", "  k", "    string_value", "model_repository_agents", "  agents"]);
  });

  it("finds nothing where there is nothing", () => {
    expect(rows({}, { search: "nosuch" })).toEqual([]);
  });
});

describe("a place of the text", () => {
  const at = (part: string) => ({ from: TEXT.indexOf(part), to: TEXT.indexOf(part) + part.length });
  const finding = (part: string): Diagnostic => ({ id: part, code: "X", severity: "error", stage: "load", model: "m", file: "m/config.pbtxt", message: part, ...at(part) });

  it.each<[string, Path]>([
    ["-1", ["input", 0, "dims"]],
    ['{ name: "B" }', ["input", 1]],
    ["input", ["input"]],
    ['"v"', ["parameters", "k", "string_value"]],
    ['"k"', ["parameters", "k"]],
    ["dynamic_batching", ["dynamic_batching"]],
  ])("%s is the innermost field around it, with its findings", (part, path) => {
    expect(rowAt(rows({}), at(part))?.path).toEqual(path);
    expect(field(rows({ findings: [finding(part)] }), path)?.findings.map(({ id }) => id)).toEqual([part]);
  });

  it("in a folded field is that field", () => {
    const all = rows({ findings: [finding("-1")] }, { folds: new Map([[rowId(["input"]), false]]) });
    expect(field(all, ["input"])?.findings).toHaveLength(1);
  });
});
