import { Document } from "yaml";
import type { Recipe } from "./recipe.ts";
import { tritonImage, type RecipeWishes } from "./recipe-wishes.ts";
import type { ServerNeeds } from "./server-needs.ts";
import { reservedGpus, tritonArguments } from "./triton-arguments.ts";
import { tritonDockerfile } from "./triton-dockerfile.ts";

/** Where KServe's storage initializer puts what `storageUri` names. */
const MODELS = "/mnt/models";
/** The port that KServe sends requests to when a runtime names none, and that of gRPC in its own runtimes. */
const HTTP = 8080;
const GRPC = 9000;

/**
 * A ServingRuntime with Triton and an InferenceService that runs the repository in it, for `kubectl apply -f`. Wishes have no problem (see
 * `wishProblems`).
 */
export function kserveRecipe(needs: ServerNeeds, wishes: RecipeWishes): Recipe {
  const base = tritonImage(wishes.release, needs.variant);
  const derived = needs.packages.length > 0;
  const image = derived ? wishes.image : base;
  const runtime = new Document(servingRuntime(needs, wishes, image));
  runtime.commentBefore = [
    " kubectl apply -f kserve.yaml",
    ...(derived ? [` First: docker build -f triton.Dockerfile -t ${wishes.image} . && docker push ${wishes.image}`] : []),
    " Keys for the storage belong into a Secret of a service account, never into this file.",
  ].join("\n");
  const service = new Document(inferenceService(needs, wishes));
  const text = [runtime, service].map((document) => document.toString({ lineWidth: 0 })).join("---\n");
  const { warnings } = reservedGpus(needs, wishes);
  return {
    files: [{ name: "kserve.yaml", text }, ...(derived ? [tritonDockerfile(base, needs.packages)] : [])],
    warnings: [...warnings, ...(derived ? [{ code: "image-to-build" as const, values: { image: wishes.image, packages: needs.packages.join(", ") } }] : [])],
  };
}

function servingRuntime(needs: ServerNeeds, wishes: RecipeWishes, image: string): object {
  // A pod has 64 MiB of shared memory otherwise.
  const sharedMemory = needs.usesPython && {
    volumeMounts: [{ name: "shared-memory", mountPath: "/dev/shm" }],
  };
  return {
    apiVersion: "serving.kserve.io/v1alpha1",
    kind: "ServingRuntime",
    metadata: { name: `${wishes.name}-triton` },
    spec: {
      annotations: { "prometheus.kserve.io/path": "/metrics", "prometheus.kserve.io/port": "8002" },
      supportedModelFormats: [{ name: "triton", version: "2" }],
      protocolVersions: ["v2", "grpc-v2"],
      containers: [
        {
          name: "kserve-container",
          image,
          args: ["tritonserver", ...tritonArguments(MODELS, needs, wishes), `--http-port=${HTTP}`, `--grpc-port=${GRPC}`].map(literal),
          ports: [{ containerPort: HTTP, protocol: "TCP" }],
          readinessProbe: { httpGet: { path: "/v2/health/ready", port: HTTP }, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3 },
          ...sharedMemory,
        },
      ],
      ...(needs.usesPython && { volumes: [{ name: "shared-memory", emptyDir: { medium: "Memory", sizeLimit: "1Gi" } }] }),
    },
  };
}

function inferenceService(needs: ServerNeeds, wishes: RecipeWishes): object {
  const { gpus } = reservedGpus(needs, wishes);
  // Kubernetes knows no "all"; one is where to begin.
  const count = gpus === "all" ? 1 : gpus;
  const resources = { cpu: String(needs.cpus), memory: `${needs.memory}Gi`, ...(count > 0 && { "nvidia.com/gpu": String(count) }) };
  return {
    apiVersion: "serving.kserve.io/v1beta1",
    kind: "InferenceService",
    metadata: { name: wishes.name },
    spec: {
      predictor: {
        minReplicas: 1,
        model: {
          modelFormat: { name: "triton" },
          runtime: `${wishes.name}-triton`,
          protocolVersion: "v2",
          storageUri: wishes.storageUri,
          resources: { requests: resources, limits: { ...resources } },
        },
      },
    },
  };
}

/** A text that Kubernetes takes as it is: "$(NAME)" stands for a variable there, "$$" for one sign. */
function literal(text: string): string {
  return text.replaceAll("$(", "$$$$(");
}
