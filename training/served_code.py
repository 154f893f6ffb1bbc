"""The code of a sample's model.py, for what training shares with serving: without Triton, and without running a model."""

import importlib.util
import pathlib
import sys
import types

REPOSITORIES = pathlib.Path(__file__).parent.parent / "public/repositories"
REPOSITORY = REPOSITORIES / "readability"
# The same file serves every sample.
MODEL_PY = REPOSITORIES / "image/image_preprocess_model/1/model.py"


def load_code(path=MODEL_PY):
    """The module, with an empty one in the place of triton_python_backend_utils."""
    before = sys.modules.get("triton_python_backend_utils")
    sys.modules["triton_python_backend_utils"] = types.ModuleType("triton_python_backend_utils")
    try:
        spec = importlib.util.spec_from_file_location("served_code_of_texts", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module
    finally:
        if before is None:
            del sys.modules["triton_python_backend_utils"]
        else:
            sys.modules["triton_python_backend_utils"] = before
