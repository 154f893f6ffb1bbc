import { IconBinaryTree2, IconBrandPython, IconBox, IconEqual, IconQuestionMark, IconSitemap, IconTopologyRing3, type Icon } from "@tabler/icons-react";

const GLYPHS: Readonly<Record<string, Icon>> = {
  ensemble: IconSitemap,
  onnxruntime: IconTopologyRing3,
  python: IconBrandPython,
  fil: IconBinaryTree2,
  identity: IconEqual,
  "": IconQuestionMark,
};

/** The glyph of a backend by Triton's name for it ("ensemble", "onnxruntime", "python", …). Decorative: write the name beside it, or give it as title. */
export function BackendGlyph({ backend, size = 16 }: { backend: string; size?: number }) {
  const Glyph = GLYPHS[backend] ?? IconBox;
  return <Glyph size={size} stroke={1.6} aria-hidden="true" style={{ flex: "none" }} />;
}
