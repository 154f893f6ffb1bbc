// KServe's objects as JSON Schemas, by the fields that its API reference documents: of each object all fields that recipes may use, and no other.
const text = { type: "string", minLength: 1 } as const;
const texts = { type: "array", items: { type: "string" } } as const;
const labels = { type: "object", additionalProperties: { type: "string" } } as const;
const port = { type: "integer", minimum: 1, maximum: 65535 } as const;
/** A quantity as Kubernetes takes it: "2", "500m", "3Gi". */
const quantities = { type: "object", additionalProperties: { type: "string", pattern: "^[0-9]+(?:\\.[0-9]+)?(?:m|Ki|Mi|Gi|Ti|k|M|G|T)?$" } } as const;
const resources = strict({ requests: quantities, limits: quantities });

function strict(properties: Readonly<Record<string, object>>, required: readonly string[] = []): object {
  return { type: "object", properties, required, additionalProperties: false };
}

/** What is common to the objects of one kind: names are labels of a domain name. */
function object(apiVersion: string, kind: string, spec: object): object {
  const name = { type: "string", pattern: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", maxLength: 63 };
  const metadata = strict({ name, namespace: name, labels, annotations: labels }, ["name"]);
  return strict({ apiVersion: { const: apiVersion }, kind: { const: kind }, metadata, spec }, ["apiVersion", "kind", "metadata", "spec"]);
}

const httpGet = strict({ path: text, port, scheme: { enum: ["HTTP", "HTTPS"] } }, ["port"]);
const probe = strict({
  httpGet,
  initialDelaySeconds: { type: "integer", minimum: 0 },
  periodSeconds: { type: "integer", minimum: 1 },
  timeoutSeconds: { type: "integer", minimum: 1 },
  failureThreshold: { type: "integer", minimum: 1 },
});
const container = strict(
  {
    name: { type: "string", pattern: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$" },
    image: text,
    command: texts,
    args: texts,
    ports: { type: "array", items: strict({ name: text, containerPort: port, protocol: { enum: ["TCP", "UDP", "SCTP"] } }, ["containerPort"]) },
    resources,
    readinessProbe: probe,
    livenessProbe: probe,
    volumeMounts: { type: "array", items: strict({ name: text, mountPath: text, readOnly: { type: "boolean" } }, ["name", "mountPath"]) },
  },
  ["name"],
);
const emptyDir = strict({ medium: { enum: ["", "Memory"] }, sizeLimit: { type: "string" } });
const protocol = { enum: ["v1", "v2", "grpc-v1", "grpc-v2"] } as const;

/** serving.kserve.io/v1alpha1 ServingRuntime. */
export const SERVING_RUNTIME = object(
  "serving.kserve.io/v1alpha1",
  "ServingRuntime",
  strict(
    {
      annotations: labels,
      labels,
      supportedModelFormats: {
        type: "array",
        items: strict({ name: text, version: { type: "string" }, autoSelect: { type: "boolean" }, priority: { type: "integer", minimum: 1 } }, ["name"]),
      },
      multiModel: { type: "boolean" },
      disabled: { type: "boolean" },
      protocolVersions: { type: "array", items: protocol },
      containers: { type: "array", minItems: 1, items: container },
      volumes: { type: "array", items: strict({ name: text, emptyDir }, ["name"]) },
      nodeSelector: labels,
    },
    ["containers"],
  ),
);

/** serving.kserve.io/v1beta1 InferenceService. Its name is judged by a webhook: letters, digits and hyphens, from a letter on. */
export const INFERENCE_SERVICE = {
  allOf: [
    object(
      "serving.kserve.io/v1beta1",
      "InferenceService",
      strict(
        {
          predictor: strict({
            minReplicas: { type: "integer", minimum: 0 },
            maxReplicas: { type: "integer", minimum: 0 },
            serviceAccountName: text,
            model: strict(
              {
                modelFormat: strict({ name: text, version: { type: "string" } }, ["name"]),
                runtime: text,
                protocolVersion: protocol,
                storageUri: text,
                resources,
                args: texts,
              },
              ["modelFormat"],
            ),
          }),
        },
        ["predictor"],
      ),
    ),
    { properties: { metadata: { properties: { name: { pattern: "^[a-z]([-a-z0-9]*[a-z0-9])?$" } } } } },
  ],
};
