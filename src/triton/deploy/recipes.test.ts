import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import Ajv, { type ValidateFunction } from "ajv";
import { describe, expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { INFERENCE_SERVICE, SERVING_RUNTIME } from "../../testing/kserve-schema.ts";
import { newMessage } from "../model-config/new-message.ts";
import type { ModelInstanceGroup } from "../model-config/model-config.ts";
import { composeRecipe } from "./compose-recipe.ts";
import type { DeployedModel } from "./deployed-model.ts";
import { kserveRecipe } from "./kserve-recipe.ts";
import { RELEASE, type RecipeWishes } from "./recipe-wishes.ts";
import { serverNeeds } from "./server-needs.ts";

const WISHES: RecipeWishes = {
  name: "spleen-ct",
  release: RELEASE,
  explicit: false,
  folder: "./models",
  port: 4173,
  storageUri: "s3://bucket/models",
  image: "registry.example.com/spleen-ct-triton:26.06",
};
const CHAIN = JSON.stringify({ transforms: [{ _target_: "monai.transforms.KeepLargestConnectedComponentd" }] });

function model(name: string, backend: string, more: Partial<DeployedModel> = {}): DeployedModel {
  return { name, backend, isEnsemble: backend === "", instanceGroups: [], steps: [], bytes: 0, errors: 0, ...more };
}

function group(kind: ModelInstanceGroup["kind"], gpus: number[] = [], count = 1): ModelInstanceGroup {
  return newMessage("ModelInstanceGroup", { kind, gpus, count });
}

/** Repositories of every kind that makes a recipe another one. */
const REPOSITORIES: Readonly<Record<string, readonly DeployedModel[]>> = {
  "one network": [model("unet", "onnxruntime")],
  "an ensemble with chains": [
    model("spleen_ct", "", { steps: ["preprocess", "unet"] }),
    model("preprocess", "python", { python: { transforms: CHAIN, own: [] }, instanceGroups: [group("KIND_GPU")] }),
    model("unet", "onnxruntime", { instanceGroups: [group("KIND_GPU", [0, 2])], bytes: 3 * 2 ** 30 }),
  ],
  "TensorRT": [model("engine", "tensorrt")],
  "a language model": [model("llm", "vllm", { instanceGroups: [group("KIND_MODEL")] })],
  "CPU alone": [model("unet", "onnxruntime", { instanceGroups: [group("KIND_CPU", [], 4)] })],
  "names that compose and Kubernetes would expand": [model("a$HOME ${B} $(C)", "identity")],
  "nothing": [],
};

interface Compose {
  readonly name: string;
  readonly services: Readonly<Record<"triton" | "console", Record<string, never> & { readonly command: readonly string[]; readonly image: string; readonly environment: Record<string, string> }>>;
}

const require = createRequire(import.meta.url);
const schemas = join(dirname(require.resolve("dclint/package.json")), "schemas");
const ajv = new Ajv({ allErrors: true, unknownFormats: "ignore" });
const composeSchema = JSON.parse(readFileSync(join(schemas, "compose.schema.json"), "utf8")) as Record<string, unknown>;
delete composeSchema["$schema"];
const isCompose = ajv.compile(composeSchema);
const [isRuntime, isService] = [SERVING_RUNTIME, INFERENCE_SERVICE].map((schema) => ajv.compile(schema)) as [ValidateFunction, ValidateFunction];

function check(validate: ValidateFunction, value: unknown): void {
  expect(validate(value) === true ? [] : validate.errors?.map(({ dataPath, message }) => `${dataPath} ${message}`)).toEqual([]);
}

describe.for(Object.entries(REPOSITORIES))("the recipes of a repository with %s", ([, models]) => {
  const needs = serverNeeds(models);
  const wishes = [WISHES, { ...WISHES, explicit: true, gpu: true }, { ...WISHES, gpu: false, folder: "../a $b" }];

  test("are what the Compose Specification's schema takes", () => {
    for (const wish of wishes) check(isCompose, parse(composeRecipe(needs, wish).files[0]!.text));
  });

  test("are what KServe documents of its objects", () => {
    for (const wish of wishes) {
      const [runtime, service, ...more] = parseAllDocuments(kserveRecipe(needs, wish).files[0]!.text).map((document) => document.toJS() as unknown);
      expect(more).toEqual([]);
      check(isRuntime, runtime);
      check(isService, service);
    }
  });
});

test("the schemas of the tests refuse what is wrong", () => {
  expect(isCompose({ services: { triton: { imagee: "x" } } })).toBe(false);
  expect(isCompose({ services: { triton: { deploy: { resources: { reservations: { devices: [{ driver: "nvidia" }] } } } } } })).toBe(false);
  expect(isRuntime({ apiVersion: "serving.kserve.io/v1alpha1", kind: "ServingRuntime", metadata: { name: "x" }, spec: {} })).toBe(false);
  expect(isService({ apiVersion: "serving.kserve.io/v1beta1", kind: "InferenceService", metadata: { name: "1x" }, spec: { predictor: {} } })).toBe(false);
});

describe("docker compose", () => {
  const composeOf = (models: readonly DeployedModel[], wishes: Partial<RecipeWishes> = {}): Compose => parse(composeRecipe(serverNeeds(models), { ...WISHES, ...wishes }).files[0]!.text) as Compose;
  const gpusOf = (compose: Compose): unknown =>
    (compose.services.triton as { deploy?: { resources: { reservations: { devices: { count: unknown }[] } } } }).deploy?.resources.reservations.devices[0]?.count;

  test("reserves GPUs where an instance group asks for them, so many that the largest listed one is among them", () => {
    expect(gpusOf(composeOf(REPOSITORIES["one network"]!))).toBeUndefined();
    expect(gpusOf(composeOf(REPOSITORIES["CPU alone"]!))).toBeUndefined();
    expect(gpusOf(composeOf(REPOSITORIES["an ensemble with chains"]!))).toBe("all");
    expect(gpusOf(composeOf([model("unet", "onnxruntime", { instanceGroups: [group("KIND_GPU", [0, 2])] })]))).toBe(3);
    expect(gpusOf(composeOf(REPOSITORIES["TensorRT"]!))).toBe("all");
  });

  test("follows the user's word on GPUs, and says what stands against it", () => {
    expect(gpusOf(composeOf(REPOSITORIES["one network"]!, { gpu: true }))).toBe("all");
    expect(gpusOf(composeOf(REPOSITORIES["TensorRT"]!, { gpu: false }))).toBeUndefined();
    expect(composeRecipe(serverNeeds(REPOSITORIES["TensorRT"]!), { ...WISHES, gpu: false }).warnings.map(({ code }) => code)).toEqual(["gpu-needed"]);
  });

  test("loads by name, on request, the models that no ensemble brings along", () => {
    const { command } = composeOf(REPOSITORIES["an ensemble with chains"]!, { explicit: true }).services.triton;
    expect(command).toEqual(["tritonserver", "--model-repository=/models", "--model-control-mode=explicit", "--load-model=spleen_ct", "--exit-on-error=false"]);
    expect(composeOf(REPOSITORIES["an ensemble with chains"]!).services.triton.command).not.toContain("--model-control-mode=explicit");
    const many = Array.from({ length: 51 }, (_, index) => model(`m${index}`, "identity"));
    expect(composeOf(many, { explicit: true }).services.triton.command).toContain("--load-model=*");
  });

  test("doubles each $, which compose would take for a variable", () => {
    const { command } = composeOf(REPOSITORIES["names that compose and Kubernetes would expand"]!, { explicit: true }).services.triton;
    expect(command).toContain("--load-model=a$$HOME $${B} $$(C)");
  });

  test("derives an image with the packages of chains", () => {
    const { files } = composeRecipe(serverNeeds(REPOSITORIES["an ensemble with chains"]!), WISHES);
    expect(files.map(({ name }) => name)).toEqual(["compose.yaml", "triton.Dockerfile"]);
    expect(files[1]!.text).toBe('FROM nvcr.io/nvidia/tritonserver:26.06-py3\nRUN pip install --no-cache-dir "monai>=1.2,<1.6" "scikit-image" "torch"\n');
  });

  test("chooses the image by the backends, and takes a whole tag as it is", () => {
    expect(composeOf(REPOSITORIES["a language model"]!).services.triton.image).toBe("nvcr.io/nvidia/tritonserver:26.06-vllm-python-py3");
    expect(composeOf(REPOSITORIES["one network"]!, { release: "24.08-py3-min" }).services.triton.image).toBe("nvcr.io/nvidia/tritonserver:24.08-py3-min");
  });

  test("lets the console's proxy reach this one server", () => {
    expect(composeOf(REPOSITORIES["one network"]!).services.console.environment).toEqual({ CONCH_SERVERS: "triton=http://triton:8000" });
  });
});

describe("KServe", () => {
  const objectsOf = (models: readonly DeployedModel[], wishes: Partial<RecipeWishes> = {}): string => kserveRecipe(serverNeeds(models), { ...WISHES, ...wishes }).files[0]!.text;

  test("asks for GPUs, memory after the weights, and cores after the instances on the CPU", () => {
    const text = objectsOf(REPOSITORIES["an ensemble with chains"]!);
    expect(text).toContain('nvidia.com/gpu: "1"');
    expect(text).toContain("memory: 15Gi");
    expect(objectsOf([model("unet", "onnxruntime", { instanceGroups: [group("KIND_GPU", [1])] })])).toContain('nvidia.com/gpu: "2"');
    expect(objectsOf(REPOSITORIES["CPU alone"]!)).toContain('cpu: "5"');
    expect(objectsOf(REPOSITORIES["CPU alone"]!)).not.toContain("nvidia.com/gpu");
  });

  test("runs the image with the packages, and says that it is to be built", () => {
    const recipe = kserveRecipe(serverNeeds(REPOSITORIES["an ensemble with chains"]!), WISHES);
    expect(recipe.files[0]!.text).toContain("image: registry.example.com/spleen-ct-triton:26.06");
    expect(recipe.warnings.map(({ code }) => code)).toEqual(["image-to-build"]);
    expect(objectsOf(REPOSITORIES["one network"]!)).toContain("image: nvcr.io/nvidia/tritonserver:26.06-py3");
  });

  test("gives python processes shared memory", () => {
    expect(objectsOf(REPOSITORIES["an ensemble with chains"]!)).toContain("mountPath: /dev/shm");
    expect(objectsOf(REPOSITORIES["one network"]!)).not.toContain("/dev/shm");
  });

  test("keeps $(NAME) of a model's name from being taken for a variable", () => {
    expect(objectsOf(REPOSITORIES["names that compose and Kubernetes would expand"]!, { explicit: true })).toContain("--load-model=a$HOME ${B} $$(C)");
  });
});
