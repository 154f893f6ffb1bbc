import { describe, expect, it } from "vitest";
import { ConchError } from "../../base/errors.ts";
import { encodeModel, makeNode } from "../../onnx/encode.ts";
import { readHeader, type OnnxHeader } from "../../onnx/header.ts";
import { bytesAccess } from "../../onnx/skeleton.ts";
import { floats, testModel, type TestModel } from "../../testing/onnx.ts";
import { parseConfig } from "../model-config/decode.ts";
import type { ModelConfig } from "../model-config/model-config.ts";
import { readRepository } from "../repository/repository.ts";
import type { RepositoryContent } from "./content.ts";
import { onnxFile, type OnnxFile } from "./onnx-session.ts";
import { completeOnnx, validateOnnx } from "./onnxruntime.ts";
import { DEFAULT_SERVER } from "./server.ts";

const config = (text: string): ModelConfig => ({ ...parseConfig(text, "m/config.pbtxt").config, name: "m" });
const headerOf = (model: TestModel): Promise<OnnxHeader> => readHeader(bytesAccess(encodeModel(testModel(model))));
const file = (header: OnnxFile["header"]): OnnxFile => ({ path: "m/1/model.onnx", state: "file", header });

const IDENTITY = [makeNode("Identity", "", ["X"], ["Y"])];
const BATCH: TestModel = { inputs: { X: ["n", 4] }, outputs: { Y: ["n", 4] }, nodes: IDENTITY };
const FIXED: TestModel = { inputs: { X: [1, 4] }, outputs: { Y: [1, 4] }, nodes: IDENTITY };
const VECTOR: TestModel = { inputs: { X: ["n"] }, outputs: { Y: ["n"] }, nodes: IDENTITY };
const SCALAR: TestModel = { inputs: { X: [] }, outputs: { Y: [] }, nodes: IDENTITY };

const io = (dims: string, more = ""): string => `input { name: "X" data_type: TYPE_FP32 dims: ${dims} ${more} } output { name: "Y" data_type: TYPE_FP32 dims: ${dims} }`;

describe("completion by ONNX Runtime's backend", () => {
  const complete = async (model: TestModel, text: string, server = DEFAULT_SERVER) => completeOnnx(file(await headerOf(model)), config(text), server);

  it.each<[string, TestModel, string, string[], Partial<ModelConfig>]>([
    ["batch, batcher and both lists", BATCH, "", ["max_batch_size", "dynamic_batching", "input", "output"], { max_batch_size: 4 }],
    ["the batcher, for a size that is written", BATCH, "max_batch_size: 8", ["dynamic_batching", "input", "output"], { max_batch_size: 8 }],
    ["no batcher for batches of one", BATCH, "max_batch_size: 1", ["input", "output"], { max_batch_size: 1 }],
    ["no batcher beside sequences", BATCH, "sequence_batching { }", ["max_batch_size", "input", "output"], { max_batch_size: 4 }],
    ["the list that is missing", BATCH, 'input { name: "X" }', ["max_batch_size", "dynamic_batching", "output"], {}],
    ["nothing where both are there", BATCH, io("[ 4 ]"), [], { max_batch_size: 0 }],
    ["no batch where sizes are fixed", FIXED, "", ["input", "output"], { max_batch_size: 0 }],
  ])("gives %s", async (_, model, text, paths, expected) => {
    const result = await complete(model, text);
    expect("completed" in result && result.completed.map(({ path }) => path.join("."))).toEqual(paths);
    expect("config" in result && result.config).toMatchObject(expected);
  });

  it("gives nothing on a server that completes nothing, and by that server's own batch size", async () => {
    expect(await complete(BATCH, "", { ...DEFAULT_SERVER, autoComplete: false })).toEqual({ config: config(""), completed: [] });
    const result = await complete(BATCH, "", { ...DEFAULT_SERVER, defaultMaxBatchSize: 1 });
    expect("config" in result && [result.config.max_batch_size, result.config.dynamic_batching]).toEqual([1, undefined]);
  });

  it("leaves out the batch, and reshapes what then has no dimension", async () => {
    const [batch, vector, scalar] = await Promise.all([BATCH, VECTOR, SCALAR].map((model) => complete(model, "")));
    const port = (result: typeof batch) => (result !== undefined && "config" in result ? { dims: result.config.input[0]?.dims, reshape: result.config.input[0]?.reshape } : result);
    expect(port(batch)).toEqual({ dims: [4] });
    expect(port(vector)).toEqual({ dims: [1], reshape: { shape: [] } });
    expect(port(scalar)).toEqual({ dims: [1] });
  });

  it.each<[string, TestModel, string, string]>([
    ["a batch that the model cannot have", FIXED, "max_batch_size: 2", "Invalid argument: autofill failed for model 'm': model does not support batching while non-zero max_batch_size is specified"],
    ["a parameter that is no number", BATCH, 'parameters { key: "intra_op_thread_count" value { string_value: "x" } }', "Invalid argument: failed to convert 'x' to integral number"],
    ["an execution mode", BATCH, 'parameters { key: "execution_mode" value { string_value: "2" } }', "Invalid argument: Invalid configuration value provided. Expected values for  execution_mode are 0 or 1 but got 2 ."],
    ["an accelerator", BATCH, 'optimization { execution_accelerators { cpu_execution_accelerator { name: "openvino" } } }', "Invalid argument: unknown Execution Accelerator 'openvino' is requested"],
    ["an operator that is none", { ...BATCH, nodes: [makeNode("NoSuchOp", "", ["X"], ["Y"])] }, "", 'Internal: onnx runtime error 10: Load model from m/1/model.onnx failed:This is an invalid model. In Node, ("", NoSuchOp, "", -1) : ("X": tensor(float),) -> ("Y": tensor(float),) , Error No Op registered for NoSuchOp with domain_version of 13'],
    ["an operator of a later operator set", { ...BATCH, opset: 13, nodes: [makeNode("Mish", "", ["X"], ["Y"])] }, "", 'Internal: onnx runtime error 10: Load model from m/1/model.onnx failed:This is an invalid model. In Node, ("", Mish, "", -1) : ("X": tensor(float),) -> ("Y": tensor(float),) , Error No Op registered for Mish with domain_version of 13'],
  ])("refuses %s", async (_, model, text, message) => {
    expect(await complete(model, text)).toMatchObject({ error: { message } });
  });

  it("knows operators of a library by the library", async () => {
    const model = { ...BATCH, nodes: [makeNode("NoSuchOp", "", ["X"], ["Y"])] };
    expect(await complete(model, 'model_operations { op_library_filename: "ops.so" }')).toHaveProperty("config");
  });
});

describe("validation by ONNX Runtime's backend", () => {
  it.each<[string, TestModel, string, string[]]>([
    ["what fits", BATCH, `max_batch_size: 2 ${io("[ 4 ]")}`, []],
    ["whole shapes", BATCH, io("[ -1, 4 ]"), []],
    ["a narrower input than the model's", BATCH, 'input { name: "X" data_type: TYPE_FP32 dims: [ 2, 4 ] } output { name: "Y" data_type: TYPE_FP32 dims: [ -1, 4 ] }', []],
    ["a scalar of one element", SCALAR, io("[ 1 ]"), []],
    ["too few inputs", { ...BATCH, inputs: { X: ["n", 4], Z: ["n"] } }, io("[ -1, 4 ]"), ["Invalid argument: unable to load model 'm', configuration expects 1 inputs, model provides 2"]],
    ["another name", BATCH, io("[ -1, 4 ]").replace('"X"', '"x"'), ["Invalid argument: unexpected inference input 'x', allowed inputs are: X"]],
    ["another output", BATCH, io("[ -1, 4 ]").replace('"Y"', '"y"'), ["Invalid argument: unexpected inference output 'y', allowed outputs are: Y"]],
    ["another type", BATCH, io("[ -1, 4 ]").replace("TYPE_FP32", "TYPE_STRING"), ["Invalid argument: unable to load model 'm', configuration expects datatype TYPE_STRING for input 'X', model provides TYPE_FP32"]],
    ["a scalar of two elements", SCALAR, 'input { name: "X" data_type: TYPE_FP32 dims: 2 }', ["Invalid argument: unable to load model 'm', scalar tensor 'X', should only provide 1 in the model configuration when the model doesn't support batching. Model configuration provided: [2]."]],
    ["an optional input in a batch", BATCH, `max_batch_size: 2 ${io("4", "optional: true")}`, ["Invalid argument: unable to load model 'm', configuration expects 0 inputs, model provides 1", "Invalid argument: unable to load model 'm', optional input 'X' is not supported for models that support batching"]],
    ["a ragged input of two dimensions", BATCH, `max_batch_size: 2 ${io("4", "allow_ragged_batch: true")}`, ["Invalid argument: unable to load model 'm', configuration expects model provides input with shape [-1]  for ragged input 'X', model provides [-1,4]"]],
    ["a control that the model has not", BATCH, `${io("[ -1, 4 ]")} sequence_batching { control_input { name: "S" control { kind: CONTROL_SEQUENCE_START int32_false_true: [ 0, 1 ] } } }`, ["Internal: configuration specified sequence control 'S', but model does not provide that input", "Invalid argument: unable to load model 'm', configuration expects 2 inputs, model provides 1"]],
  ])("takes %s as the server does", async (_, model, text, messages) => {
    expect(validateOnnx(file(await headerOf(model)), config(text)).map(({ message }) => message)).toEqual(messages);
  });

  it("counts an initializer that a request may override as an optional input only", async () => {
    const model: TestModel = { inputs: { X: ["n", 4], W: [4] }, outputs: { Y: ["n", 4] }, nodes: [makeNode("Add", "", ["X", "W"], ["Y"])], initializers: [floats("W", [4], [1, 2, 3, 4])] };
    const header = await headerOf(model);
    const text = (more: string): string => `${io("[ -1, 4 ]")} input { name: "W" data_type: TYPE_FP32 dims: 4 ${more} }`;
    expect(validateOnnx(file(header), config(text("optional: true")))).toEqual([]);
    expect(validateOnnx(file(header), config(text(""))).map(({ code }) => code)).toEqual(["ONNX_INPUT_COUNT"]);
  });
});

describe("the file of a model", () => {
  const contentOf = (files: Readonly<Record<string, number>>, header?: OnnxHeader | ConchError): RepositoryContent => ({
    directories: readRepository(Object.keys(files)).models,
    config: () => undefined,
    onnx: () => header,
    text: () => undefined,
    size: (path) => files[path],
  });
  const open = (files: Readonly<Record<string, number>>, text = "", header?: OnnxHeader | ConchError): OnnxFile => {
    const content = contentOf({ "m/config.pbtxt": 0, ...files }, header);
    const version = content.directories.get("m")?.versions[0];
    if (version === undefined) throw new Error("m has no version");
    return onnxFile(content, "m", version, config(text));
  };
  const refusal = (opened: OnnxFile) => validateOnnx(opened, config("")).map(({ code, message }) => [code, message])[0];

  it.each<[string, Record<string, number>, string, string, OnnxFile["state"]]>([
    ["in the version folder", { "m/1/model.onnx": 9 }, "", "m/1/model.onnx", "file"],
    ["of another name", { "m/1/net.onnx": 9 }, 'default_model_filename: "net.onnx"', "m/1/net.onnx", "file"],
    ["in a folder of its name", { "m/1/model.onnx/model.onnx": 9, "m/1/model.onnx/weights": 9 }, "", "m/1/model.onnx/model.onnx", "file"],
    ["in a folder without it", { "m/1/model.onnx/weights": 9 }, "", "m/1/model.onnx/model.onnx", "folder"],
    ["elsewhere by a path", { "m/1/x": 1, "m/2/model.onnx": 9 }, 'default_model_filename: "../2/model.onnx"', "m/2/model.onnx", "file"],
    ["nowhere", { "m/1/x": 1 }, "", "m/1/model.onnx", "missing"],
  ])("is found %s", (_, files, text, path, state) => {
    expect(open(files, text)).toMatchObject({ path, state });
  });

  it("is missed in the server's words", () => {
    expect(refusal(open({ "m/1/x": 1 }))).toEqual(["ONNX_FILE_MISSING", "Internal: failed to stat file m/1/model.onnx"]);
    expect(refusal(open({ "m/1/model.onnx/weights": 1 }))).toEqual(["ONNX_FILE_MISSING", "Unavailable: unable to find 'm/1/model.onnx/model.onnx' for model instance 'm'"]);
  });

  it("is refused when cut short or empty, with the reason as a hint", () => {
    const cut = new ConchError("ONNX_TRUNCATED", "The model ends after 9 bytes");
    const [truncated] = validateOnnx(open({ "m/1/model.onnx": 9 }, "", cut), config(""));
    expect(truncated).toMatchObject({ code: "ONNX_TRUNCATED", hint: cut.message, message: "Internal: onnx runtime error 7: Load model from m/1/model.onnx failed:Protobuf parsing failed." });
    const empty = new ConchError("ONNX_EMPTY", "The model file is empty");
    expect(refusal(open({ "m/1/model.onnx": 0 }, "", empty))?.[1]).toContain("ModelProto does not have a graph.");
  });

  it("is refused without the file of its weights, or with half of it", async () => {
    const weights = { name: "W", elementType: 1, dims: [4], encoded: new Uint8Array(), payload: { kind: "external", location: "w.bin", offset: 4, length: undefined } } as const;
    const header = await headerOf(BATCH);
    const external: OnnxHeader = { ...header, model: { ...header.model, graph: { ...header.model.graph, initializers: [weights] } } };
    const files = { "m/1/model.onnx": 9 };
    expect(refusal(open(files, "", external))).toEqual(["ONNX_WEIGHTS_MISSING", "Internal: onnx runtime error 1: Deserialize tensor W failed.GetFileLength for m/1/w.bin failed:Invalid fd was supplied: -1"]);
    expect(refusal(open({ ...files, "m/1/w.bin": 19 }, "", external))?.[1]).toContain("offset: 4 size to read: 16 given file_length: 19 are out of bounds");
    expect(refusal(open({ ...files, "m/1/w.bin": 20 }, "", external))?.[0]).toBe("ONNX_INPUT_COUNT");
  });

  it("is neither completed nor checked while nobody has read it", () => {
    const opened = open({ "m/1/model.onnx": 9 });
    expect(completeOnnx(opened, config(""), DEFAULT_SERVER)).toEqual({ config: config(""), completed: [] });
    expect(validateOnnx(opened, config("input { }"))).toEqual([]);
  });
});
