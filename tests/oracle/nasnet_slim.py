"""NASNet-A in PyTorch as the authors' TensorFlow-slim network behaves, CIFAR stem included.

Keras and pytorchcv only build the ImageNet stem, so neither can check the CIFAR network.  This
module has the fallback 1x1 convolutions that the authors' cells use when the previous hidden state
has the wrong number of channels, which happens in the first cell of the CIFAR network only.  It is
independent of costcalc and is itself checked against Keras on the ImageNet networks.

There are no activations: only convolutions, poolings and batch normalisations are of interest.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional


def _same_pad(image: torch.Tensor, kernel: int, stride: int) -> torch.Tensor:
    """Pad as TensorFlow's SAME does, with the odd row and column at the bottom and right."""
    height, width = image.shape[-2:]
    rows = max((-(-height // stride) - 1) * stride + kernel - height, 0)
    columns = max((-(-width // stride) - 1) * stride + kernel - width, 0)
    sides = (columns // 2, columns - columns // 2, rows // 2, rows - rows // 2)
    return functional.pad(image, sides)


class Pointwise(nn.Module):
    """A 1x1 convolution and batch normalisation."""

    def __init__(self, channels: int, filters: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, filters, 1, bias=False)
        self.norm = nn.BatchNorm2d(filters)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Apply the layers."""
        made: torch.Tensor = self.norm(self.conv(image))
        return made


class FactorizedReduction(nn.Module):
    """Halve the size by two 1x1 convolutions on pixels offset by one, and normalise jointly."""

    def __init__(self, channels: int, filters: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, filters // 2, 1, bias=False)
        self.second = nn.Conv2d(channels, filters // 2, 1, bias=False)
        self.norm = nn.BatchNorm2d(filters)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Apply the layers."""
        shifted = functional.pad(image, (0, 1, 0, 1))[:, :, 1:, 1:]
        halves = self.first(image[:, :, ::2, ::2]), self.second(shifted[:, :, ::2, ::2])
        made: torch.Tensor = self.norm(torch.cat(halves, 1))
        return made


class Separable(nn.Module):
    """Two separable convolutions with batch normalisation; only the first one may stride."""

    def __init__(self, channels: int, filters: int, kernel: int, stride: int) -> None:
        super().__init__()
        self.kernel, self.stride = kernel, stride
        self.deep1 = nn.Conv2d(channels, channels, kernel, stride, groups=channels, bias=False)
        self.point1 = Pointwise(channels, filters)
        self.deep2 = nn.Conv2d(filters, filters, kernel, groups=filters, bias=False)
        self.point2 = Pointwise(filters, filters)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Apply the layers."""
        image = self.point1(self.deep1(_same_pad(image, self.kernel, self.stride)))
        made: torch.Tensor = self.point2(self.deep2(_same_pad(image, self.kernel, 1)))
        return made


class Pool(nn.Module):
    """A 3x3 pooling, and a 1x1 convolution after it if the channels are not right."""

    def __init__(self, channels: int, filters: int, stride: int) -> None:
        super().__init__()
        self.stride = stride
        self.fix = Pointwise(channels, filters) if channels != filters else nn.Identity()

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Apply the layers; whether average or maximum is of no interest."""
        padded = _same_pad(image, 3, self.stride)
        made: torch.Tensor = self.fix(functional.avg_pool2d(padded, 3, self.stride))
        return made


Operation = tuple[str, int]

# Each cell: five additions of two operations, each an operation name and a hidden state.  State 0
# is the squeezed input of the cell, 1 the matched previous one, 2 and up the additions made so far.
NORMAL: tuple[tuple[Operation, Operation], ...] = (
    (("sep5", 0), ("sep3", 1)),
    (("sep5", 1), ("sep3", 1)),
    (("pool", 0), ("none", 1)),
    (("pool", 1), ("pool", 1)),
    (("sep3", 0), ("none", 0)),
)
NORMAL_OUTPUT = (1, 2, 3, 4, 5, 6)
REDUCTION: tuple[tuple[Operation, Operation], ...] = (
    (("sep5", 0), ("sep7", 1)),
    (("pool", 0), ("sep7", 1)),
    (("pool", 0), ("sep5", 1)),
    (("none", 3), ("pool", 2)),
    (("sep3", 2), ("pool", 0)),
)
REDUCTION_OUTPUT = (3, 4, 5, 6)


def _operation(name: str, channels: int, filters: int, stride: int) -> nn.Module:
    """Build one operation of a cell."""
    if name == "pool":
        return Pool(channels, filters, stride)
    if name == "none":
        if stride > 1:
            raise ValueError("NASNet-A has no strided identity")
        return Pointwise(channels, filters) if channels != filters else nn.Identity()
    return Separable(channels, filters, int(name[-1]), stride)


class Cell(nn.Module):
    """A normal (stride 1) or reduction (stride 2) cell.

    ``previous`` is the channel count of the previous input, or None where there is none and the
    cell's own input takes its place unchanged.  ``halve`` tells that it is twice as large.
    """

    def __init__(
        self, channels: int, previous: int | None, filters: int, stride: int, halve: bool
    ) -> None:
        super().__init__()
        self.squeeze = Pointwise(channels, filters)
        self.has_previous = previous is not None
        self.match: nn.Module = nn.Identity()
        if previous is None:
            previous = channels
        elif halve:
            self.match, previous = FactorizedReduction(previous, filters), filters
        elif previous != filters:
            self.match, previous = Pointwise(previous, filters), filters
        self.plan = NORMAL if stride == 1 else REDUCTION
        self.chosen: tuple[int, ...] = NORMAL_OUTPUT if stride == 1 else REDUCTION_OUTPUT
        sizes = [filters, previous] + [filters] * len(self.plan)
        self.operations = nn.ModuleList(
            _operation(name, sizes[state], filters, stride if state < 2 else 1)
            for pair in self.plan
            for name, state in pair
        )
        self.concat_fix: nn.Module = (
            Pointwise(previous, filters)
            if 1 in self.chosen and previous != filters
            else nn.Identity()
        )
        self.channels = filters * len(self.chosen)

    def forward(self, image: torch.Tensor, previous: torch.Tensor | None) -> torch.Tensor:
        """Apply the cell."""
        side = self.match(previous) if previous is not None and self.has_previous else image
        states: list[torch.Tensor] = [self.squeeze(image), side]
        operations = iter(self.operations)
        for left, right in self.plan:
            states.append(next(operations)(states[left[1]]) + next(operations)(states[right[1]]))
        if 1 in self.chosen:
            states[1] = self.concat_fix(states[1])
        return torch.cat([states[state] for state in self.chosen], 1)


class NASNetA(nn.Module):
    """NASNet-A (``repeats`` @ ``penultimate``), without the auxiliary head used in training."""

    def __init__(
        self,
        repeats: int,
        penultimate: int,
        stem_filters: int,
        *,
        cifar: bool,
        skip_reduction: bool = False,
        classes: int = 1000,
    ) -> None:
        super().__init__()
        filters = penultimate // 24
        stride, padding = (1, 1) if cifar else (2, 0)
        self.stem = nn.Conv2d(3, stem_filters, 3, stride, padding, bias=False)
        self.stem_norm = nn.BatchNorm2d(stem_filters)
        self.skip_reduction = skip_reduction
        self.cells = nn.ModuleList()
        self.reduces: list[bool] = []
        # (channels, size step) of every output so far; None: there is no previous output.
        outputs: list[tuple[int, int] | None] = [None, (stem_filters, 0)]

        def add(width: int, stride: int, previous: tuple[int, int] | None) -> None:
            source = outputs[-1]
            assert source is not None
            halve = previous is not None and previous[1] != source[1]
            cell = Cell(source[0], previous[0] if previous else None, width, stride, halve)
            self.cells.append(cell)
            self.reduces.append(stride == 2)
            outputs.append((cell.channels, source[1] + stride - 1))

        self.stem_cells = 0 if cifar else 2
        for width in (filters // 4, filters // 2)[: self.stem_cells]:
            add(width, 2, outputs[-2])
        for stage in range(3):
            width = filters * 2**stage
            previous = outputs[-2]
            if stage:
                add(width, 2, outputs[-2])
            for position in range(repeats):
                skip = stage and position == 0 and skip_reduction
                add(width, 1, previous if skip else outputs[-2])
        last = outputs[-1]
        assert last is not None
        self.classifier = nn.Linear(last[0], classes)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Classify an image."""
        outputs: list[torch.Tensor | None] = [None, self.stem_norm(self.stem(image))]
        before: torch.Tensor | None = None
        after_reduction = False
        for index, (cell, reduces) in enumerate(zip(self.cells, self.reduces, strict=True)):
            previous = outputs[-2]
            if after_reduction and self.skip_reduction:
                previous = before
            after_reduction = reduces and index >= self.stem_cells
            if after_reduction:
                before = outputs[-2]
            outputs.append(cell(outputs[-1], previous))
        features = outputs[-1]
        assert features is not None
        made: torch.Tensor = self.classifier(features.mean((2, 3)))
        return made
