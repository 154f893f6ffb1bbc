"""Runs the readability sample's model.py outside Triton, with numpy and torch and a stand-in for triton_python_backend_utils.

    python3 -m unittest discover -s training

transformers is stood in for by training's own WordPiece, so this holds padding, batches and errors of the step, not Hugging Face's ids: those are held
by the tests of transformers.BertTokenizerFast in the browser. Features and scores are the real ones.
"""

import json
import pathlib
import sys
import tempfile
import types
import unittest

import numpy as np
import torch

from served_code import REPOSITORY, load_code
from test_model_py import FakeRequest, load_served, tensor
from wordpiece import WordPiece

PREPROCESS = {
    "name": "preprocess",
    "max_batch_size": 0,
    "input": [tensor("INPUT0", "TYPE_STRING", [-1])],
    "output": [tensor("BERT_IDS", "TYPE_INT64", [-1, -1]), tensor("BERT_AM", "TYPE_INT64", [-1, -1]), tensor("TREE_FEATS", "TYPE_FP32", [-1, 207])],
}
BATCHED = {
    **PREPROCESS,
    "max_batch_size": 8,
    "input": [tensor("INPUT0", "TYPE_STRING", [1])],
    "output": [tensor("BERT_IDS", "TYPE_INT64", [-1]), tensor("BERT_AM", "TYPE_INT64", [-1]), tensor("TREE_FEATS", "TYPE_FP32", [207])],
}
POSTPROCESS = {
    "name": "postprocess",
    "max_batch_size": 0,
    "input": [tensor("BERT_WEIGHT_INPUT", "TYPE_FP32", [1]), tensor("BERT_LARGE_SCORE", "TYPE_FP32", [-1, 1]), tensor("CUML_SCORE", "TYPE_FP32", [-1, 1])],
    "output": [tensor("OUTPUT0", "TYPE_FP32", [-1, 1])],
}
TEXTS = ["The dog ran after his brother. Did it stop?", "", "Notwithstanding considerable communication, it waited."]


class FakeBertTokenizerFast:
    """What the step asks of transformers' class."""

    def __init__(self, vocab_file, do_lower_case, strip_accents, tokenize_chinese_chars):
        self.pieces = WordPiece(pathlib.Path(vocab_file).read_text(encoding="utf-8").splitlines())

    def __call__(self, texts, pairs, add_special_tokens, padding, truncation, max_length, return_token_type_ids, return_attention_mask):
        assert (pairs, add_special_tokens, truncation) == (None, True, "longest_first")
        rows = [self.pieces.encode(text, max_length) for text in texts]
        width = max(map(len, rows)) if padding == "longest" else 0
        filled = lambda values: [list(row) + [0] * (width - len(row)) for row in values]
        return {"input_ids": filled(rows), "attention_mask": filled([[1] * len(row) for row in rows]), "token_type_ids": filled([[0] * len(row) for row in rows])}


def start(config, folder=None):
    sys.modules["transformers"] = types.SimpleNamespace(BertTokenizerFast=FakeBertTokenizerFast)
    path = REPOSITORY / config["name"]
    served = load_served(path / "1/model.py", {"monai": None}).TritonPythonModel()
    served.initialize({"model_config": json.dumps(config), "model_instance_kind": "CPU", "model_instance_device_id": "0", "model_repository": str(folder or path), "model_version": "1"})
    return served


def strings(*texts, batch=False):
    values = [text if isinstance(text, bytes) else text.encode() for text in texts]
    array = np.empty((len(values), 1) if batch else len(values), dtype=np.object_)
    array.reshape(-1)[:] = values
    return array


def answer(served, **tensors):
    [response] = served.execute([FakeRequest(**tensors)])
    if response.error is not None:
        raise AssertionError(response.error.message)
    return response.values


def error_of(served, **tensors):
    [response] = served.execute([FakeRequest(**tensors)])
    return "" if response.error is None else response.error.message


class ServedTexts(unittest.TestCase):
    def tearDown(self):
        sys.modules.pop("transformers", None)

    def test_texts_become_ids_mask_and_features(self):
        found = answer(start(PREPROCESS), INPUT0=strings(*TEXTS))
        tokenizer, code = FakeBertTokenizerFast(REPOSITORY / "preprocess/1/vocab.txt", True, None, True), load_code()
        rows = [tokenizer.pieces.encode(text, 128) for text in TEXTS]
        width = max(map(len, rows))
        self.assertEqual((found["BERT_IDS"].shape, found["BERT_IDS"].dtype), ((3, width), np.int64))
        for row, ids, mask in zip(rows, found["BERT_IDS"], found["BERT_AM"]):
            self.assertEqual((list(ids[: len(row)]), int(mask.sum())), (row, len(row)))
        lists = [code.read_words(str(REPOSITORY / "preprocess/1"), f"{name}.txt") for name in ("stop_words", "most_frequent", "least_frequent")]
        np.testing.assert_array_equal(found["TREE_FEATS"], np.stack([code.text_numbers(text, *lists) for text in TEXTS]))

    def test_a_batch_gives_the_rows_of_its_items(self):
        together, batch = answer(start(PREPROCESS), INPUT0=strings(*TEXTS)), answer(start(BATCHED), INPUT0=strings(*TEXTS, batch=True))
        for name, values in together.items():
            np.testing.assert_array_equal(batch[name], values)

    def test_a_request_that_fails_says_why_and_leaves_the_others(self):
        served = start(PREPROCESS)
        bad, good = served.execute([FakeRequest(INPUT0=strings("a", b"\xff")), FakeRequest(INPUT0=strings("a"))])
        self.assertIn("input 'INPUT0', text 1 is not UTF-8", bad.error.message)
        self.assertIsNone(good.error)
        self.assertIn("holds no text", error_of(served, INPUT0=strings()))
        self.assertIn("texts come as [n]", error_of(served, INPUT0=strings("a", batch=True)))

    def test_files_that_are_wrong_are_told_when_the_model_loads(self):
        for changed, message in (({"vocab_file": "other.txt"}, "there is no file"), ({"truncation": True, "max_length": None}, "need max_length"), ({"magic": 1}, "has no parameter magic")):
            with self.subTest(message), tempfile.TemporaryDirectory() as folder:
                chain = json.loads((REPOSITORY / "preprocess/1/transforms.json").read_text())
                chain["transforms"][0].update(changed)
                version = pathlib.Path(folder) / "1"
                version.mkdir()
                for name in ("vocab.txt", "stop_words.txt", "most_frequent.txt", "least_frequent.txt"):
                    (version / name).write_bytes((REPOSITORY / "preprocess/1" / name).read_bytes())
                (version / "transforms.json").write_text(json.dumps(chain))
                with self.assertRaisesRegex(Exception, message):
                    start(PREPROCESS, folder)


class ServedScore(unittest.TestCase):
    def score(self, weight, bert, forest):
        given = {"BERT_WEIGHT_INPUT": weight, "BERT_LARGE_SCORE": bert, "CUML_SCORE": forest}
        return start(POSTPROCESS), {name: np.array(value, dtype=np.float32) for name, value in given.items()}

    def test_two_scores_become_one_each_operation_rounded(self):
        served, given = self.score([0.1], [[3.3], [10]], [[7.7], [20]])
        w, a, b = given["BERT_WEIGHT_INPUT"], given["BERT_LARGE_SCORE"], given["CUML_SCORE"]
        found = answer(served, **given)["OUTPUT0"]
        np.testing.assert_array_equal(found, w * a + (np.float32(1) - w) * b)
        self.assertEqual(found.dtype, np.float32)

    def test_scores_in_device_memory_come_by_dlpack_and_stay_as_they_are(self):
        served, given = self.score([0.25], [[3.3], [10]], [[7.7], [20]])
        on_device = {name: torch.from_numpy(value.copy()) for name, value in given.items() if name != "BERT_WEIGHT_INPUT"}
        found = answer(served, BERT_WEIGHT_INPUT=given["BERT_WEIGHT_INPUT"], **on_device)["OUTPUT0"]
        np.testing.assert_array_equal(found, answer(served, **given)["OUTPUT0"])
        for name, value in on_device.items():
            np.testing.assert_array_equal(value.numpy(), given[name])

    def test_a_weight_that_is_no_number_and_scores_that_do_not_fit_are_refused(self):
        for (weight, bert, forest), message in ((([np.nan], [[1]], [[1]]), "no finite number"), (([0.5], [[1], [2]], [[1], [2], [3]]), "sizes of 1"), (([0.5, 0.5], [[1]], [[1]]), "it takes one")):
            with self.subTest(message):
                served, given = self.score(weight, bert, forest)
                self.assertIn(message, error_of(served, **given))


if __name__ == "__main__":
    unittest.main()
