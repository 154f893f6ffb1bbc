import { ConchError } from "../base/errors.ts";

/** What the adapter says of itself, for the page and for reports. */
export interface AdapterFacts {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  /** True for a software adapter: right results, no meaningful speed. */
  readonly isFallback: boolean;
}

/** The one device that own kernels and ONNX Runtime share. */
export interface AcquiredDevice {
  readonly device: GPUDevice;
  readonly adapter: AdapterFacts;
  /** Resolves with a DEVICE_LOST error when the device goes, whatever the reason; "destroyed" in `data.reason` means that Conch ended it. */
  readonly lost: Promise<ConchError>;
}

/** Features that kernels or ONNX Runtime can use; asked for where the adapter has them. */
const WANTED_FEATURES: readonly string[] = ["shader-f16", "timestamp-query", "subgroups"];

/** Limits without which large volumes fail; asked for alone where the adapter refuses the full list of its own maxima. */
const ESSENTIAL_LIMITS: readonly string[] = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupStorageSize",
  "maxComputeWorkgroupSizeX",
  "maxComputeWorkgroupSizeY",
  "maxStorageBuffersPerShaderStage",
];

/** A device of the fastest adapter with its maximum limits, or null where there is no WebGPU or no adapter. */
export async function acquireDevice(): Promise<AcquiredDevice | null> {
  const api: GPU | undefined = typeof navigator === "undefined" ? undefined : navigator.gpu;
  const adapter = await api?.requestAdapter({ powerPreference: "high-performance" });
  if (adapter === undefined || adapter === null) return null;
  const features = WANTED_FEATURES.filter((name) => adapter.features.has(name)) as GPUFeatureName[];
  const device = await requestWithLimits(adapter, features);
  return { device, adapter: factsOf(adapter), lost: device.lost.then(lostError) };
}

async function requestWithLimits(adapter: GPUAdapter, features: GPUFeatureName[]): Promise<GPUDevice> {
  const maxima: Record<string, number> = {};
  for (const name in adapter.limits) {
    const value: unknown = Reflect.get(adapter.limits, name);
    if (typeof value === "number") maxima[name] = value;
  }
  const essential = Object.fromEntries(Object.entries(maxima).filter(([name]) => ESSENTIAL_LIMITS.includes(name)));
  try {
    return await adapter.requestDevice({ label: "conch", requiredFeatures: features, requiredLimits: maxima });
  } catch {
    // A browser may list a limit that it no longer takes; a refused request does not use the adapter up.
    return adapter.requestDevice({ label: "conch", requiredFeatures: features, requiredLimits: essential });
  }
}

function factsOf(adapter: GPUAdapter): AdapterFacts {
  const { vendor, architecture, device, description } = adapter.info;
  return { vendor, architecture, device, description, isFallback: adapter.info.isFallbackAdapter };
}

function lostError(info: GPUDeviceLostInfo): ConchError {
  return new ConchError("DEVICE_LOST", `The GPU device was lost (${info.reason}): ${info.message || "no reason given"}`, {
    data: { reason: info.reason },
  });
}
