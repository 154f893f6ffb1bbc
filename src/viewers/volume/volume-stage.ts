import { DRAG_MODE, NVImage, Niivue, SHOW_RENDER, SLICE_TYPE, type NiiVueLocation } from "@niivue/niivue";
import { voxelSize } from "../../inputs/nifti/affine.ts";
import type { IntensityVoxels, SpatialShape } from "../../tensor/volume-voxels.ts";
import { lookupTable, TABLE_START, type LabelColor } from "./label-colors.ts";
import { keepLabelsNearest, skipGradients } from "./library-adjustments.ts";
import type { Window } from "./window-presets.ts";

/** A volume of intensities: axes (i, j, k), the first fastest; affine (i, j, k) → RAS mm, row-major 4 × 4. */
export interface StageVolume {
  readonly name: string;
  readonly voxels: IntensityVoxels;
  /** From the smallest to the largest voxel. */
  readonly range: Window;
  readonly shape: SpatialShape;
  readonly affine: readonly number[];
}

/** A label volume on a grid of its own. */
export interface StageLabels {
  readonly name: string;
  readonly voxels: Uint8Array<ArrayBuffer>;
  readonly shape: SpatialShape;
  readonly affine: readonly number[];
}

/** Which planes are shown; "multi" is the three planes and the 3-D view. */
export type StageLayout = "axial" | "coronal" | "sagittal" | "multi" | "render";

/** Where the crosshair is. */
export interface StageLocation {
  /** RAS millimetres. */
  readonly mm: readonly [number, number, number];
  /** Intensity of the base volume there. */
  readonly value: number;
}

/** What is told to the owner of a stage. */
export interface StageEvents {
  onLocation(location: StageLocation): void;
  /** The window was changed by a gesture on the picture. */
  onWindow(window: Window): void;
}

/** The picture: a canvas in `host` with its own WebGL 2 context, which `dispose` gives back. */
export interface VolumeStage {
  /** Replaces all volumes; drawn when the promise is fulfilled. Each is uploaded by itself, so that the page answers in between. */
  show(base: StageVolume, window: Window, overlays: readonly StageLabels[], colors: readonly (readonly LabelColor[])[], opacities: readonly number[]): Promise<void>;
  setWindow(window: Window): void;
  setColors(overlay: number, labels: readonly LabelColor[]): void;
  /** 0…1. */
  setOpacity(overlay: number, opacity: number): void;
  setLayout(layout: StageLayout): void;
  /** Red, green, blue, 0…1. */
  setBackground(color: readonly [number, number, number]): void;
  /** By voxels of the base volume along right, anterior, superior. */
  moveCrosshair(right: number, anterior: number, superior: number): void;
  /** To a place in RAS millimetres, on every plane. */
  lookAt(mm: readonly [number, number, number]): void;
  dispose(): void;
}

const SLICES: Readonly<Record<StageLayout, SLICE_TYPE>> = {
  axial: SLICE_TYPE.AXIAL,
  coronal: SLICE_TYPE.CORONAL,
  sagittal: SLICE_TYPE.SAGITTAL,
  multi: SLICE_TYPE.MULTIPLANAR,
  render: SLICE_TYPE.RENDER,
};

/** Opens a stage in an empty element. Rejects where the browser gives no WebGL 2 context. */
export async function openStage(host: HTMLElement, events: StageEvents): Promise<VolumeStage> {
  const canvas = document.createElement("canvas");
  host.append(canvas);
  const viewer = new Niivue(OPTIONS);
  const { refresh, cancel } = refresher(viewer);
  const dispose = () => {
    cancel();
    viewer.cleanup();
    viewer.volumes = [];
    // A context without its canvas lives until it is collected, and a browser allows 16 or so.
    canvas.getContext("webgl2")?.getExtension("WEBGL_lose_context")?.loseContext();
    canvas.remove();
  };
  try {
    await viewer.attachToCanvas(canvas, false);
  } catch (thrown) {
    dispose();
    throw thrown;
  }
  // The library paints its canvas's parent black.
  host.style.backgroundColor = "";
  keepLabelsNearest(viewer, canvas.getContext("webgl2"));
  skipGradients(viewer);
  viewer.onLocationChange = (location) => events.onLocation(locationOf(location as NiiVueLocation));
  viewer.onIntensityChange = ({ cal_min, cal_max }) => events.onWindow({ low: cal_min ?? 0, high: cal_max ?? 1 });
  return { ...verbs(viewer, refresh), dispose };
}

const OPTIONS: ConstructorParameters<typeof Niivue>[0] = {
  // Patient's right on the left, as radiologists read.
  isRadiologicalConvention: true,
  sagittalNoseLeft: true,
  multiplanarShowRender: SHOW_RENDER.ALWAYS,
  dragMode: DRAG_MODE.slicer3D,
  dragAndDropEnabled: false,
  // Keys are the viewer's, which knows the layout.
  viewModeHotKey: "",
  clipPlaneHotKey: "",
  cycleClipPlaneHotKey: "",
  crosshairWidth: 0.5,
  crosshairGap: 6,
  // The letters of the directions lie on the slices, which are dark whatever surrounds them.
  fontColor: [0.85, 0.87, 0.9, 1],
  crosshairColor: [0.95, 0.3, 0.25, 0.9],
  fontMinPx: 12,
  fontSizeScaling: 0.3,
  multiplanarPadPixels: 4,
  show3Dcrosshair: true,
  logLevel: "error",
};

type StageVerbs = Omit<VolumeStage, "dispose">;

function verbs(viewer: Niivue, refresh: (part: Part) => void): StageVerbs {
  return {
    show: async (base, window, overlays, colors, opacities) => {
      const back = imageOf(base, base.range, window);
      viewer.volumes = [back];
      viewer.setVolume(back, 0);
      for (const [index, overlay] of overlays.entries()) {
        await new Promise((resolve) => setTimeout(resolve));
        // Disposed of, or showing something else by now.
        if (viewer.volumes[0] !== back) return;
        const image = Object.assign(imageOf(overlay, LABEL_RANGE), { colormapLabel: tableOf(colors[index] ?? []), opacity: opacities[index] ?? 1 });
        viewer.overlays = [...viewer.overlays, image];
        viewer.volumes = [back, ...viewer.overlays];
        viewer.refreshLayers(image, index + 1);
      }
      viewer.drawScene();
      viewer.createOnLocationChange();
    },
    setWindow: ({ low, high }) => {
      const base = viewer.volumes[0];
      if (base === undefined || (base.cal_min === low && base.cal_max === high)) return;
      Object.assign(base, { cal_min: low, cal_max: high });
      refresh("base");
    },
    setColors: (overlay, labels) => {
      const image = viewer.volumes[overlay + 1];
      if (image === undefined) return;
      image.colormapLabel = tableOf(labels);
      refresh("overlays");
    },
    setOpacity: (overlay, opacity) => {
      const image = viewer.volumes[overlay + 1];
      if (image === undefined) return;
      image.opacity = opacity;
      refresh("overlays");
    },
    setLayout: (layout) => {
      viewer.setSliceType(SLICES[layout]);
    },
    setBackground: (color) => {
      viewer.opts.backColor = [...color, 1];
      viewer.drawScene();
    },
    moveCrosshair: (right, anterior, superior) => {
      if (viewer.volumes.length > 0) viewer.moveCrosshairInVox(right, anterior, superior);
    },
    lookAt: (mm) => {
      if (viewer.volumes.length === 0) return;
      viewer.scene.crosshairPos = viewer.mm2frac([...mm]);
      viewer.createOnLocationChange();
      viewer.drawScene();
    },
  };
}

/**
 * A volume as the library wants it, over the same voxels. Put together here, because the library's own way from a file copies the voxels and
 * sweeps through them several times for a range that is known.
 */
function imageOf({ name, voxels, shape, affine }: StageVolume | StageLabels, range: Window, window = range): NVImage {
  const image = new NVImage(null, name, "gray");
  image.hdr = NVImage.createNiftiHeader([...shape], voxelSize(Float64Array.from(affine)), [...affine], voxelType(voxels));
  Object.assign(image, { img: voxels, nVox3D: voxels.length, nFrame4D: 1, nTotalFrame4D: 1, global_min: range.low, global_max: range.high });
  Object.assign(image, { cal_min: window.low, cal_max: window.high, robust_min: window.low, robust_max: window.high });
  image.calculateRAS();
  return image;
}

/** NIfTI's code of a voxel type. */
function voxelType(voxels: IntensityVoxels | Uint8Array): 2 | 4 | 16 {
  if (voxels instanceof Uint8Array) return 2;
  return voxels instanceof Int16Array ? 4 : 16;
}

/** What the lookup tables of labels cover. */
const LABEL_RANGE: Window = { low: 0, high: 255 };

/** What is drawn anew by itself: each upload takes the longer the larger its volumes are. */
type Part = "base" | "overlays";

/** Draws parts anew in the next frame, however often they change until then; nothing after `cancel`. */
function refresher(viewer: Niivue): { refresh(part: Part): void; cancel(): void } {
  const parts = new Set<Part>();
  let frame = 0;
  const draw = (): void => {
    const [base, ...overlays] = viewer.volumes;
    if (base !== undefined && parts.has("base")) viewer.refreshLayers(base, 0);
    if (parts.has("overlays")) {
      // The library makes another texture for the lowest overlay each time, and leaves the old one to the garbage collector.
      viewer.gl.deleteTexture(viewer.overlayTexture);
      overlays.forEach((overlay, index) => viewer.refreshLayers(overlay, index + 1));
    }
    parts.clear();
    viewer.drawScene();
  };
  return {
    refresh: (part) => {
      if (parts.size === 0) frame = requestAnimationFrame(draw);
      parts.add(part);
    },
    cancel: () => cancelAnimationFrame(frame),
  };
}

function tableOf(labels: readonly LabelColor[]) {
  return { lut: lookupTable(labels), min: TABLE_START, max: 255, labels: [] };
}

function locationOf({ mm, values }: NiiVueLocation): StageLocation {
  return { mm: [mm[0], mm[1], mm[2]], value: values[0]?.value ?? NaN };
}
