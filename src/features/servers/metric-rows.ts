import type { MetricFamily } from "../../triton/v2/prometheus-text.ts";

/** A number of a metrics page. */
export interface MetricRow {
  readonly key: string;
  readonly name: string;
  readonly help: string;
  /** `model=m, version=1`. */
  readonly labels: string;
  readonly value: number;
}

/** The numbers of a page whose names or labels have every word of `filter`. */
export function metricRows(families: readonly MetricFamily[], filter = ""): readonly MetricRow[] {
  const words = filter.toLowerCase().split(/\s+/).filter((word) => word !== "");
  return families.flatMap(({ help = "", samples }) =>
    samples.flatMap(({ name, labels, value }) => {
      const text = Object.entries(labels).map(([label, of]) => `${label}=${of}`).join(", ");
      const row = { key: `${name}{${text}}`, name, help, labels: text, value };
      return words.every((word) => row.key.toLowerCase().includes(word)) ? [row] : [];
    }),
  );
}

/** A GPU of a server, as far as its metrics tell. */
export interface GpuRow {
  /** Its UUID. */
  readonly gpu: string;
  /** 0 to 1. */
  readonly utilization: number | undefined;
  /** Bytes. */
  readonly used: number | undefined;
  readonly total: number | undefined;
}

/** The GPUs that a page tells of. */
export function gpuRows(families: readonly MetricFamily[]): readonly GpuRow[] {
  const samples = (name: string) => families.find((family) => family.name === name)?.samples ?? [];
  const of = (name: string, gpu: string): number | undefined => samples(name).find(({ labels }) => labels["gpu_uuid"] === gpu)?.value;
  const gpus = ["nv_gpu_utilization", "nv_gpu_memory_total_bytes"].flatMap((name) => samples(name).flatMap(({ labels }) => labels["gpu_uuid"] ?? []));
  return [...new Set(gpus)].map((gpu) => ({
    gpu,
    utilization: of("nv_gpu_utilization", gpu),
    used: of("nv_gpu_memory_used_bytes", gpu),
    total: of("nv_gpu_memory_total_bytes", gpu),
  }));
}
