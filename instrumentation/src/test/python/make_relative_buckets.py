"""The buckets that transformers' T5 gives distances, for RelativeBiasTest.

    pip install torch transformers==5.18.0
    python make_relative_buckets.py > ../resources/io/lucerna/instrumentation/relative-buckets.json

For each number of buckets and farthest distance: the offsets (position of the key minus that of the
query) at which another bucket begins, from the lowest on, and these buckets.
"""

import json

import torch
from transformers.models.t5.modeling_t5 import T5Attention

REACH = 1200
SETTINGS = [(32, 128), (32, 24), (32, 256), (32, 800), (16, 32), (16, 64), (8, 128), (64, 128), (12, 50), (30, 100), (7, 9), (4, 3)]

offsets = torch.arange(-REACH, REACH + 1)
found = []
for buckets, farthest in SETTINGS:
    given = T5Attention._relative_position_bucket(offsets, True, buckets, farthest).tolist()
    starts = [i for i in range(len(given)) if i == 0 or given[i] != given[i - 1]]
    found.append(
        {
            "buckets": buckets,
            "farthest": farthest,
            "offsets": [i - REACH for i in starts],
            "given": [given[i] for i in starts],
        }
    )
print(json.dumps({"reach": REACH, "settings": found}))
