"""What type checkers accept and refuse: mypy reads this file, and nothing runs it.

A line that must be refused is marked, and mypy says so where a mark is not needed.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import assert_type

import costcalc as cc

net = cc.load("mobilenet-v1")

assert_type(cc.count(net, alpha="1/2", resolution=(224, 160), classes=10), cc.Count)
assert_type(net.count(alpha=Fraction(1, 2), n=6, convention=Path("own.yaml")), cc.Count)
assert_type(cc.count_all(net.spec, rho="6/7"), cc.Survey)
assert_type(net.formula(delta=1, free=("n",)), cc.Formula)
assert_type(net.show(alpha=1), cc.Table)
assert_type(net.explain(to="keras", alpha=1), cc.Explanation)
assert_type(cc.explain("mobilenet-v1", number="589M"), cc.Attribution)
assert_type(net.solve("alpha", mult_adds="150M", delta=2), cc.Solution)
assert_type(net.compare(["fd-mobilenet", net], alpha=[1, "1/2"]), cc.Comparison)
assert_type(cc.compare("mobilenet-v1", Path("own.yaml")), cc.Comparison)
assert_type(net.sweep(alpha=["1/4", Fraction(1, 2)], resolution=range(32, 64)), cc.Sweep)
assert_type(cc.sweep([net, "vgg-16"], resolution="128:224:32", budget="params<=6M"), cc.Run)
assert_type(cc.check("000", table="Table 1"), cc.Report)
net.ratio(against=net, alpha=1)
net.compile(classes=10)(alpha=1)

cc.count(net, alpha=0.5)  # type: ignore[arg-type]
net.count(alpha=0.5)  # type: ignore[arg-type]
net.count(n=0.5)  # type: ignore[arg-type]
net.formula(rho=0.5)  # type: ignore[arg-type]
net.sweep(alpha=[0.5])  # type: ignore[list-item]
net.solve("alpha", mult_adds="6M", rho=0.5)  # type: ignore[arg-type]
net.explain(to="keras", alpha=0.5)  # type: ignore[call-overload]
cc.sweep(net, alpha=1, budget=6)  # type: ignore[arg-type]
cc.load({})  # type: ignore[arg-type]
cc.load(None)  # type: ignore[arg-type]
