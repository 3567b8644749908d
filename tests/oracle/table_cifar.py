"""The networks for CIFAR."""

from __future__ import annotations

from assembled import (
    condensenet,
    condensenet_light,
    keras_max_pooled,
    keras_nasnet_cells,
    slim_nasnet,
    torch_fractionally_pooled,
)
from cases import FLOORS, GRAPH_ORDER, SHORTCUT_FIRST, Case, Departure
from implementations import (
    as_built,
    keras,
    pool_globally,
    pytorchcv,
    undo_conversion,
    zero_padded_shortcuts,
)

CIFAR = ((32, 32), (33, 41))

EHM = [
    *(
        Case(
            "ehm-mobilenet",
            {"alpha": a, "delta": d},
            keras("MobileNet", alpha=w, depth_multiplier=d, classes=10),
            sizes,
            departs=departs,
        )
        for a, w, d in (("1", 1.0, 1), ("1/2", 0.5, 2), ("1/4", 0.25, 4))
        for sizes, departs in ((((32, 32), (64, 96)), None), (((33, 41),), FLOORS))
    ),
    *(
        Case("ehm-mobilenet-mp3", {"alpha": a, "delta": d}, keras_max_pooled(w, d), CIFAR)
        for a, w, d in (("1", 1.0, 1), ("1/2", 0.5, 2), ("1/4", 0.25, 4))
    ),
    *(
        Case("ehm-mobilenet-fmp", {"alpha": a}, torch_fractionally_pooled(w), CIFAR)
        for a, w in (("1", 1.0), ("1/2", 0.5))
    ),
]

RESNETS = [
    *(
        Case(
            "cifar-resnet",
            {"n": n, "classes": classes},
            pytorchcv(
                "resnet_cifar.get_resnet_cifar",
                num_classes=classes,
                blocks=6 * n + 2,
                bottleneck=False,
            ),
            CIFAR,
            any_order=SHORTCUT_FIRST,
            departs=Departure(
                "1×1 convolutions on the shortcuts (option B); the paper pads with zeros",
                {"shortcut": "projection"},
            ),
        )
        for n, classes in ((3, 10), (9, 100), (18, 10), (200, 10))
    ),
    *(
        Case(
            "cifar-resnet",
            {"n": n},
            pytorchcv(
                "resnet_cifar.get_resnet_cifar",
                pool_globally,
                zero_padded_shortcuts,
                label=f"resnet_cifar with zero-padded shortcuts put in ({6 * n + 2})",
                num_classes=10,
                blocks=6 * n + 2,
                bottleneck=False,
            ),
            CIFAR,
        )
        for n in (3, 18)
    ),
    *(
        Case(
            "cifar-resnet-v2",
            {"n": n, "classes": classes},
            pytorchcv(
                "preresnet_cifar.get_preresnet_cifar",
                num_classes=classes,
                blocks=6 * n + 2,
                bottleneck=False,
            ),
            CIFAR,
            departs=Departure("no BN on the input", edits=((r"- \{bn: , .*\n", ""),)),
        )
        for n, classes in ((3, 10), (9, 10), (18, 100))
    ),
    *(
        Case(
            "cifar-preresnet",
            {"n": n, "classes": classes},
            pytorchcv(
                "preresnet_cifar.get_preresnet_cifar",
                num_classes=classes,
                blocks=9 * n + 2,
                bottleneck=True,
            ),
            CIFAR,
        )
        for n, classes in ((3, 10), (18, 10), (111, 100))
    ),
    *(
        Case(
            "cifar-wideresnet",
            {"n": n, "k": k, "classes": classes},
            pytorchcv(
                "wrn_cifar.get_wrn_cifar", num_classes=classes, blocks=6 * n + 4, width_factor=k
            ),
            CIFAR,
        )
        for n, k, classes in ((2, 8, 10), (4, 10, 100), (6, 1, 37), (6, 4, 10))
    ),
    *(
        Case(
            "cifar-resnext-29",
            {"cardinality": c, "width": d, "classes": classes},
            pytorchcv(
                "resnext_cifar.get_resnext_cifar",
                num_classes=classes,
                blocks=29,
                cardinality=c,
                bottleneck_width=d,
            ),
            CIFAR,
            any_order=SHORTCUT_FIRST,
        )
        for c, d, classes in ((8, 64, 10), (16, 64, 10), (32, 4, 100), (1, 64, 10))
    ),
]

OTHERS = [
    *(
        Case(
            "cifar-densenet-bc",
            {"L": layers, "k": k, "classes": classes},
            pytorchcv(
                "densenet_cifar.get_densenet_cifar",
                num_classes=classes,
                blocks=layers,
                growth_rate=k,
                bottleneck=True,
            ),
            CIFAR,
        )
        for layers, k, classes in ((100, 12, 10), (250, 24, 10), (190, 40, 100), (28, 5, 10))
    ),
    *(
        Case(
            "cifar-fractalnet",
            {"classes": classes},
            pytorchcv(f"fractalnet_cifar.fractalnet_cifar{classes}", as_built),
            CIFAR,
        )
        for classes in (10, 100)
    ),
    *(
        Case(
            "cifar-condensenet",
            {"n": n, "k": k, "C": c, "classes": classes},
            condensenet(n, k, groups=c, classes=classes),
            CIFAR,
        )
        for n, k, c, classes in ((14, 8, 4, 10), (8, 8, 8, 100), (30, 12, 4, 10))
    ),
    Case(
        "cifar-condensenet",
        {"classifier": "full"},
        condensenet(14, 8),
        CIFAR,
        departs=Departure(
            "the converted network: half of the features reach the classifier",
            {"classifier": "half"},
        ),
    ),
    Case(
        "cifar-condensenet",
        {"classifier": "full"},
        condensenet(14, 8, undo_conversion),
        CIFAR,
    ),
    *(
        Case("cifar-condensenet-light", {"n": n, "k": k}, condensenet_light(n, k), CIFAR)
        for n, k in ((15, 16), (26, 32), (3, 4))
    ),
    *(
        Case(
            "nasnet-a-cifar",
            {"N": n, "F": f, "stem": 1},
            keras_nasnet_cells(n, f),
            CIFAR,
            any_order=GRAPH_ORDER,
        )
        for n, f in ((6, 768), (2, 96))
    ),
    *(
        Case("nasnet-a-cifar", {"N": n, "F": f}, slim_nasnet(n, f, 3 * f // 24), CIFAR)
        for n, f in ((6, 768), (7, 2304), (2, 96))
    ),
]

CASES = [*EHM, *RESNETS, *OTHERS]
