"""What is exported in tests: rows of every operator, and small networks of those that ship."""

from __future__ import annotations

from pathlib import Path

import yaml

HEAD = "network: net\ndefaults: {norm: none, activation: none}\ninput: 8x12x4\nlayers:\n"
#: A row or more for every operator; what is read again has the costs of the spec.
ROWS: dict[str, str] = yaml.safe_load((Path(__file__).parent / "export" / "rows.yaml").read_text())
#: Networks with most kinds of rows between them, at bindings where they are small.
SMALL: dict[str, dict[str, object]] = {
    "mobilenet-v2": {"alpha": "1/4", "resolution": 64},
    "mobilenet-v3-small": {"resolution": 64},
    "shufflenet-v2": {"resolution": 64},
    "cifar-densenet-bc": {},
    "eegnet": {},
    "unet": {"resolution": 188},
}
