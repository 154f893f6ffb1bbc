import type { PythonTexts } from "./deployed-model.ts";

/** What a python model needs besides Triton's own image. */
export interface PythonNeeds {
  /** Requirements as pip takes them, sorted. */
  readonly packages: readonly string[];
  /** Modules that are imported and of which it is not known which package brings them, sorted. */
  readonly unknown: readonly string[];
}

const TORCH = "torch";
const MONAI = "monai>=1.2,<1.6";
const PILLOW = "pillow";

/** Beginning of a target in transforms.json → what model.py needs for it. torchvision's transforms are built of Pillow and torch. */
const TARGETS: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^monai\./, [MONAI]],
  [/^monai\..*KeepLargestConnectedComponent/, ["scikit-image"]],
  [/^(?:PIL|torchvision)\./, [PILLOW]],
];

/** Module → package that brings it, of those that are common beside models. "" is in Triton's image, with its Python backend. */
const MODULES: Readonly<Record<string, string>> = {
  triton_python_backend_utils: "",
  c_python_backend_utils: "",
  numpy: "",
  torch: TORCH,
  torchvision: "torchvision",
  torchaudio: "torchaudio",
  monai: MONAI,
  PIL: PILLOW,
  skimage: "scikit-image",
  sklearn: "scikit-learn",
  cv2: "opencv-python-headless",
  yaml: "pyyaml",
  scipy: "scipy",
  pandas: "pandas",
  nibabel: "nibabel",
  pydicom: "pydicom",
  SimpleITK: "SimpleITK",
  transformers: "transformers",
  tokenizers: "tokenizers",
  sentencepiece: "sentencepiece",
  onnx: "onnx",
  onnxruntime: "onnxruntime",
  cupy: "cupy-cuda12x",
  xgboost: "xgboost",
  lightgbm: "lightgbm",
  librosa: "librosa",
  soundfile: "soundfile",
  einops: "einops",
  requests: "requests",
  tritonclient: "tritonclient[all]",
};

/** Python 3.12's own modules, by first name. */
const STANDARD = new Set(
  `__future__ abc argparse array ast asyncio atexit base64 binascii bisect builtins bz2 calendar cmath cmd codecs collections colorsys concurrent configparser
  contextlib contextvars copy copyreg csv ctypes dataclasses datetime dbm decimal difflib dis doctest email encodings enum errno faulthandler fcntl filecmp
  fileinput fnmatch fractions ftplib functools gc getopt getpass gettext glob graphlib grp gzip hashlib heapq hmac html http imaplib importlib inspect io
  ipaddress itertools json keyword linecache locale logging lzma mailbox marshal math mimetypes mmap multiprocessing netrc numbers operator optparse os pathlib
  pdb pickle pickletools pkgutil platform plistlib posixpath pprint profile pstats pty pwd py_compile pydoc queue quopri random re readline reprlib resource
  runpy sched secrets select selectors shelve shlex shutil signal site smtplib socket socketserver sqlite3 ssl stat statistics string stringprep struct
  subprocess symtable sys sysconfig syslog tarfile tempfile termios textwrap threading time timeit token tokenize tomllib trace traceback tracemalloc tty
  types typing unicodedata unittest urllib uuid venv warnings wave weakref webbrowser wsgiref xml xmlrpc zipapp zipfile zipimport zlib zoneinfo`.split(/\s+/),
);

/**
 * The packages of a python model: by the targets of its transforms.json where it has one, else by the imports of its model.py. A package is named only for
 * a module that is known here: whoever installs what a guessed name leads to runs somebody else's code.
 */
export function pythonNeeds({ source, transforms, own }: PythonTexts): PythonNeeds {
  const targets = transforms === undefined ? undefined : targetsOf(transforms);
  if (targets !== undefined) {
    const needed = targets.flatMap((target) => TARGETS.flatMap(([pattern, packages]) => (pattern.test(target) ? packages : [])));
    return { packages: sorted([TORCH, ...needed]), unknown: [] };
  }
  const modules = importsOf(source ?? "").filter((module) => !STANDARD.has(module) && !own.includes(module));
  const isKnown = (module: string): boolean => Object.hasOwn(MODULES, module);
  return {
    packages: sorted(modules.filter(isKnown).map((module) => MODULES[module]!)).filter((name) => name !== ""),
    unknown: sorted(modules.filter((module) => !isKnown(module))),
  };
}

/** Targets of a transforms.json; undefined for a text that has none. */
function targetsOf(text: string): string[] | undefined {
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch {
    return undefined;
  }
  const transforms = isRecord(root) ? root["transforms"] : undefined;
  if (!Array.isArray(transforms)) return undefined;
  return transforms.flatMap((entry: unknown) => (isRecord(entry) && typeof entry["_target_"] === "string" ? [entry["_target_"]] : []));
}

/** First names of the modules that a Python text imports, in blocks and functions too. Relative imports are its own. */
function importsOf(source: string): string[] {
  const code = source.replaceAll(/"""[\s\S]*?"""|'''[\s\S]*?'''/g, "").replaceAll(/#.*$/gm, "");
  const found: string[] = [];
  for (const [, from, list] of code.matchAll(/^[ \t]*(?:from[ \t]+([A-Za-z_][\w.]*)[ \t]+import\b|import[ \t]+([^\n;]+))/gm)) {
    if (from !== undefined) found.push(from);
    else for (const name of (list ?? "").split(",")) found.push(name.trim().split(/\s+/)[0] ?? "");
  }
  return found.map((name) => name.split(".")[0] ?? "").filter((name) => /^[A-Za-z_]\w*$/.test(name));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function sorted(values: readonly string[]): string[] {
  return [...new Set(values)].sort();
}
