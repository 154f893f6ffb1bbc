"""Writes the readability sample's example texts, with their grade and what the two models make of them beside them.

    python3 training/make_text_examples.py

A file NAME.INPUT.EXTENSION is given to that input.
"""

import json
import pathlib

from evaluate_text import Models
from passages import grade
from served_code import REPOSITORY

EXAMPLES = pathlib.Path(__file__).parent.parent / "public/examples/readability"
WEIGHT = 0.5
STORY = (
    "The old boat lay on the sand. A boy and his dog came down to it each day after school. One morning the boat was gone. The dog ran up and down "
    "the beach and barked at the waves. Then the boy saw a white sail, far out. He laughed and waved his hat."
)
TEXTS = {
    # The first one runs from the gallery.
    "four_levels": [
        "The sun is up. The cat sits on the wall. It looks at a bird. The bird sings and the cat waits.",
        "My grandfather kept bees behind the orchard. In summer we carried the frames to the kitchen, and the whole house smelled of wax and clover. "
        "He said that a quiet hand was worth more than any glove.",
        "A harbour town lives by two calendars. The first belongs to the ferries, which bring visitors from spring until the storms of October; the second "
        "belongs to the fishermen, who leave before daylight and measure the season by what their nets bring home.",
        "Notwithstanding the considerable administrative difficulties that accompanied its implementation, the regulatory authority maintained that "
        "the proposed methodology, whose theoretical foundations had been investigated extensively by independent institutions, would ultimately "
        "facilitate a comprehensive evaluation of environmental consequences.",
    ],
    "story": [STORY],
}


def main():
    EXAMPLES.mkdir(parents=True, exist_ok=True)
    models = Models(REPOSITORY)
    for name, texts in TEXTS.items():
        scores = zip(texts, models.bert_scores(texts), models.forest_scores(texts))
        rows = [{"grade": round(grade(text), 4), "bert": round(float(bert), 6), "forest": round(float(forest), 6)} for text, bert, forest in scores]
        if len(texts) > 1:
            (EXAMPLES / f"{name}.excerpt.json").write_text(json.dumps(texts, indent=2) + "\n")
        else:
            (EXAMPLES / f"{name}.excerpt.txt").write_text(texts[0])
        (EXAMPLES / f"{name}.BERT_WEIGHT.json").write_text(f"[{WEIGHT}]\n")
        (EXAMPLES / f"{name}.truth.json").write_text(json.dumps({"texts": rows}, indent=2) + "\n")


if __name__ == "__main__":
    main()
