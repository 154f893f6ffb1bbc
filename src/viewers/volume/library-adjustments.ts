import type { Niivue } from "@niivue/niivue";

/** Has slices draw label colours as they are, while intensities are interpolated between voxels; the library has one setting for both. */
export function keepLabelsNearest(viewer: Niivue, gl: WebGL2RenderingContext | null): void {
  const update = viewer.updateInterpolation.bind(viewer);
  viewer.updateInterpolation = (layer, isForceLinear) => {
    update(layer, isForceLinear);
    if (layer === 0 || isForceLinear === true || gl === null) return;
    // The overlay's texture unit is the active one.
    gl.texParameteri(gl.TEXTURE_3D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
    gl.texParameteri(gl.TEXTURE_3D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
  };
}

/**
 * Spares the library the gradients of the base, which light nothing that is drawn here. They cost two more textures of its size, zeros for one of
 * them from the page, and a wait for the graphics processor at each plane.
 */
export function skipGradients(viewer: Niivue): void {
  const refresh = viewer.refreshLayers.bind(viewer);
  const allocate = viewer.rgbaTex.bind(viewer);
  /** Sizes of the image that is being drawn, the very array: textures of gradients alone are asked for by it. */
  let sizes: number[] | undefined;
  viewer.refreshLayers = (image, layer) => {
    sizes = image.hdr?.dims;
    const kept = [...(sizes ?? [])];
    try {
      refresh(image, layer);
    } finally {
      sizes?.splice(0, sizes.length, ...kept);
      sizes = undefined;
    }
  };
  viewer.rgbaTex = (texture, unit, dims, isInit) => {
    if (dims !== sizes) return allocate(texture, unit, dims, isInit);
    // The planes to compute are counted by the same array.
    dims[3] = 0;
    return allocate(texture, unit, [3, 1, 1, 1], isInit);
  };
}
