import { expect, test } from "vitest";
import { deploymentName, RELEASE, tritonImage, wishProblems, type RecipeWishes } from "./recipe-wishes.ts";

const FINE: RecipeWishes = { name: "models", release: RELEASE, explicit: false, folder: "./models", port: 4173, storageUri: "s3://bucket/models", image: "registry.example.com:5000/a/b:1" };

test("wishes without a fault have no problem", () => {
  expect(wishProblems(FINE)).toEqual({});
  for (const storageUri of ["pvc://claim/models", "gs://b/m", "https://example.org/m.tar.gz"]) expect(wishProblems({ ...FINE, storageUri })).toEqual({});
});

test.for([
  ["name", "Models", "name"],
  ["name", "1a", "name"],
  ["name", "a".repeat(41), "name"],
  ["release", "", "release"],
  ["release", "26.06 --privileged", "release"],
  ["folder", " ", "folder"],
  ["folder", "a\nb", "folder"],
  ["port", 0, "port"],
  ["port", 65536, "port"],
  ["storageUri", "bucket/models", "storage-scheme"],
  ["storageUri", "s3://bucket/a\nevil: true", "storage-scheme"],
  ["storageUri", "https://user:key@example.org/models", "storage-secret"],
  ["storageUri", "https://example.org/models?sig=abc", "storage-secret"],
  ["image", "Registry/x", "image"],
  ["image", "", "image"],
] as const)("%s %j is refused", ([wish, value, problem]) => {
  expect(wishProblems({ ...FINE, [wish]: value })).toEqual({ [wish]: problem });
});

test("a name for deployments is made of any name", () => {
  expect(deploymentName("spleen_ct")).toBe("spleen-ct");
  expect(deploymentName("3D Models (new).zip")).toBe("d-models-new-zip");
  expect(deploymentName("模型")).toBe("models");
  expect(wishProblems({ ...FINE, name: deploymentName(`${"a".repeat(39)}-b`) })).toEqual({});
});

test("an image is a release with what it holds, or a tag", () => {
  expect(tritonImage("26.06", "py3")).toBe("nvcr.io/nvidia/tritonserver:26.06-py3");
  expect(tritonImage("26.06-py3-min", "vllm-python-py3")).toBe("nvcr.io/nvidia/tritonserver:26.06-py3-min");
});
