"""ShuffleNet, NASNet-A, ResNet and VGG for ImageNet, and the detectors' backbones."""

from __future__ import annotations

from assembled import keras_nasnet
from cases import GRAPH_ORDER, SHORTCUT_FIRST, Case, Departure
from implementations import (
    keras,
    pool_upwards,
    pytorchcv,
    timm,
    vgg_classifier,
    without_classifier,
    without_cropped,
)

SIZES = ((224, 224), (192, 160), (97, 131))

SHUFFLENET = [
    Case(
        "shufflenet-g3",
        {"s": s},
        pytorchcv("shufflenet.get_shufflenet", groups=3, width_scale=w),
        SIZES,
        departs=departs,
    )
    for s, w, departs in (
        ("1", 1.0, None),
        ("1/2", 0.5, None),
        ("2", 2.0, None),
        *(
            (s, w, Departure("s scales the 24 channels of Conv1", {"stem": "scaled"}))
            for s, w in (("3/4", 0.75), ("1/4", 0.25), ("3/2", 1.5))
        ),
    )
]

OTHER_BRANCHES = "runs the branches of a cell in another order"
NASNET = [
    # As keras.applications.NASNetMobile calls it, which refuses the torch backend.
    Case("nasnet-a-mobile", {}, keras_nasnet(4, 1056, 32), SIZES, any_order=GRAPH_ORDER),
    Case(
        "nasnet-a-mobile",
        {"F": 1536, "N": 3},
        keras_nasnet(3, 1536, 32),
        SIZES,
        any_order=GRAPH_ORDER,
    ),
    Case(
        "nasnet-a-mobile",
        {},
        pytorchcv("nasnet.nasnet_4a1056"),
        ((224, 224), (192, 160)),  # its strided cells need maps with even sides
        any_order=OTHER_BRANCHES,
        departs=Departure(
            "the first half of a strided separable convolution has one more row and column, "
            "which are cropped",
            corrected=without_cropped,
        ),
    ),
    # In NASNet-A Large the first cell after a reduction takes another map as its second
    # input, one of the same shape: the costs are the same.
    Case(
        "nasnet-a-mobile",
        {"N": 6, "F": 4032, "stem": 96},
        timm("nasnetalarge"),
        ((331, 331), (97, 131)),
        any_order=OTHER_BRANCHES,
    ),
    Case(
        "nasnet-a-mobile",
        {"N": 6, "F": 4032, "stem": 96},
        keras("NASNetLarge"),
        ((331, 331), (97, 131)),
        any_order=GRAPH_ORDER,
    ),
]

DETECTORS = [
    *(
        Case(spec, {}, timm("mobilenetv2_100"), ((320, 320), (301, 419)), first=52)
        for spec in ("ssd-mobilenet-v2", "ssdlite-mobilenet-v2")
    ),
    Case(
        "ssdlite-mobilenet-v1",
        {},
        pytorchcv("mobilenet.mobilenet_w1"),
        ((320, 320), (301, 419)),
        first=27,
    ),
    *(
        Case(
            spec,
            {},
            pytorchcv(
                "vgg.vgg16", without_classifier, pool_upwards, label="vgg16, pooling rounds up"
            ),
            sizes,
            first=13,
        )
        for spec, sizes in (
            ("ssd300-vgg16", ((300, 300), (301, 419))),
            ("ssd512-vgg16", ((512, 512), (517, 419))),
        )
    ),
    Case(
        "yolov2",
        {},
        pytorchcv("darknet.darknet19", without_classifier),
        ((416, 416), (352, 608)),
        first=18,
    ),
]

REFERENCES = [
    *(
        Case(spec, {}, pytorchcv(network), SIZES, any_order=SHORTCUT_FIRST)
        for spec, network in (("resnet-18", "resnet.resnet18"), ("resnet-50", "resnet.resnet50b"))
    ),
    *(
        Case(spec, {"classes": 37}, timm(network, num_classes=37), SIZES)
        for spec, network in (("resnet-18", "resnet18"), ("resnet-50", "resnet50"))
    ),
    Case(
        "resnet-50",
        {"strided": "first"},
        pytorchcv("resnet.resnet50"),
        SIZES,
        any_order=SHORTCUT_FIRST,
    ),
    Case(
        "resnet-50",
        {"strided": "first"},
        keras("ResNet50"),
        SIZES,
        any_order=GRAPH_ORDER,
        departs=Departure(
            "convolutions have biases",
            edits=(("bias: false", "bias: true"),),
        ),
    ),
    Case("vgg-16", {}, pytorchcv("vgg.vgg16", vgg_classifier), SIZES),
    Case("vgg-16", {}, keras("VGG16"), SIZES),
    Case(
        "vgg-16",
        {"classes": 37},
        timm("vgg16", num_classes=37),
        ((224, 224),),
        departs=Departure(
            "the first fully connected layer is a 7x7 convolution of the last map",
            edits=(
                (r"- flatten\n", ""),
                (
                    r"\{fc: 4096, activation: relu, input: 1x1x25088\}",
                    "{conv: 7x7, out: 4096, padding: valid, activation: relu}",
                ),
            ),
        ),
    ),
    Case("vgg-16", {}, timm("vgg16"), ((97, 131), (192, 160)), first=13),
]

CASES = [*SHUFFLENET, *NASNET, *REFERENCES, *DETECTORS]
