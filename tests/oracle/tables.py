"""All comparisons."""

from __future__ import annotations

import table_cifar
import table_families
import table_imagenet
import table_mobile
from cases import Case

CASES: list[Case] = [
    *table_mobile.CASES,
    *table_imagenet.CASES,
    *table_families.CASES,
    *table_cifar.CASES,
]
