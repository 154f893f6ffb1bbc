import { expect, test } from "vitest";
import { pythonNeeds } from "./python-packages.ts";

test("a transforms.json says what its model.py needs, whatever that imports", () => {
  const chain = (...targets: string[]): string => JSON.stringify({ transforms: targets.map((target) => ({ _target_: target })) });
  const source = "import monai\nimport anything";
  expect(pythonNeeds({ own: [], source, transforms: chain("PIL.Image.open", "torchvision.transforms.v2.Resize") })).toEqual({ packages: ["pillow", "torch"], unknown: [] });
  expect(pythonNeeds({ own: [], source, transforms: chain("monai.transforms.Resized") })).toEqual({ packages: ["monai>=1.2,<1.6", "torch"], unknown: [] });
});

test("imports count in functions and blocks, not in texts, remarks and packages of one's own", () => {
  const source = `
"""import fake"""
import json, os.path
import torch.nn as nn
from sklearn.ensemble import RandomForestClassifier  # import also_fake
from . import mine
from helper import thing
def initialize():
    import cv2
    try:
        import numpy as np, acme
    except ImportError:
        pass
`;
  expect(pythonNeeds({ source, own: ["helper"] })).toEqual({ packages: ["opencv-python-headless", "scikit-learn", "torch"], unknown: ["acme"] });
});

test("a broken transforms.json leaves the imports to say it", () => {
  expect(pythonNeeds({ own: [], source: "import torch", transforms: "{" })).toEqual({ packages: ["torch"], unknown: [] });
});
