// One axis of a block [outer, from, inner] made anew as [outer, to, inner]: where the samples of a result lie, and their weights.
// After gpu-prelude.
struct Resampling {
  // Of the result.
  elements: u32,
  from_size: u32,
  to_size: u32,
  inner: u32,
  // Weights kept per result along the axis.
  width: u32,
}

// Starts, then counts, then weights, of each result along the axis.
@group(0) @binding(1) var<storage, read> taps: array<u32>;
@group(0) @binding(2) var<storage, read_write> resampled: array<u32>;
@group(0) @binding(3) var<uniform> resampling: Resampling;

struct Run {
  // First sample along the axis; may lie beyond its ends, which then stand in.
  start: i32,
  count: u32,
  // Of the first weight.
  weight: u32,
  // Element at the beginning of the axis.
  base: u32,
}

fn run_of(i: u32) -> Run {
  let rest = i / resampling.inner;
  let o = rest % resampling.to_size;
  let base = (rest / resampling.to_size) * resampling.from_size * resampling.inner + i % resampling.inner;
  return Run(bitcast<i32>(taps[o]), taps[resampling.to_size + o], 2u * resampling.to_size + o * resampling.width, base);
}

fn sample_at(run: Run, k: u32) -> u32 {
  return run.base + u32(clamp(run.start + i32(k), 0, i32(resampling.from_size) - 1)) * resampling.inner;
}
