"""The network: from a noisy picture, a time, words, a style and guides to the direction in which the picture lies.

Letters of shapes: b picture, g group of pictures with one style, k reference picture, m guide, n token, c channel,
y x pixel. A U-Net on pixels (Ho et al. 2020) whose first step packs 2 x 2 pixels into channels; every block is shifted
and scaled by time, words and style (Dhariwal and Nichol 2021), and at the small levels looks at the tokens of words and
of style. Guides, found by their words (Blattmann et al. 2022), lie under the picture pixel by pixel, and the nearest is
where the flow begins (Albergo et al. 2023, data-dependent couplings). Normalisation is over groups of channels, so a
picture's answer does not depend on its neighbours in a batch.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from handful_pretrain.draw.config import ModelConfig
from handful_pretrain.draw.texts import WIDTH

__all__ = [
    "CHANNELS",
    "PACK",
    "Artist",
    "Block",
    "Larger",
    "Smaller",
    "Style",
    "normalised",
    "silent",
    "start",
    "under",
]

CHANNELS = 4
"""Red, green, blue, each times alpha; alpha. In -1 to 1."""
PACK = 2
"""Pixels of a side that become channels."""
WAVES = 32
"""Frequencies that tell of the time."""
MEAN, VARIANCE = -0.26, 0.65
"""Of all numbers in pictures."""
NOISE, KNOWN = 0.8, 0.3
"""Of the variances of the noise and of the picture, what a guide of the same words takes away."""
SHADES, SHARPNESS = 4, 6.0
"""Of red, green and blue that a style tells apart, and how sharply."""
NORM_GROUP = 16
"""Channels that are normalised together."""


class Level(nn.Module):
    """What is told, less what is always told, in spreads: fixed before training.

    The states of all words have most in common, and so have the figures of all styles; normalised with that in them,
    what differs is a whisper: after 230,000 pictures another style in place of the right one cost .1% of the loss.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.middle = nn.Parameter(torch.zeros(width), requires_grad=False)
        self.spread = nn.Parameter(torch.ones(width), requires_grad=False)

    def forward(self, x: Tensor) -> Tensor:
        return (x - self.middle) / self.spread

    @torch.no_grad()
    def fit(self, rows: Tensor) -> None:
        """To these rows (row, width)."""
        self.middle.copy_(rows.mean(0))
        self.spread.copy_(rows.std(0).clamp_min(1e-3))


class Style(nn.Module):
    """What up to k reference pictures have in common, in a few tokens.

    Means and spreads of features over all places (Huang and Belongie 2017), and how much of each colour there is,
    inside and at the outline. Places picked by attention instead had told the network nothing after 220,000 pictures.
    """

    anchors: Tensor

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        width = config.style_width
        self.first = nn.Sequential(
            nn.PixelUnshuffle(PACK), nn.Conv2d(CHANNELS * PACK**2, width, 3, padding=1), nn.SiLU()
        )
        self.second = nn.Sequential(nn.Conv2d(width, width, 3, stride=2, padding=1), nn.SiLU())
        shades = torch.linspace(-1, 1, SHADES)
        self.register_buffer("anchors", torch.cartesian_prod(shades, shades, shades), persistent=False)
        told = 4 * width + 2 * SHADES**3 + 2 * CHANNELS
        self.tokens = nn.Sequential(
            Level(told),
            nn.Linear(told, 2 * config.condition),
            nn.SiLU(),
            nn.Linear(2 * config.condition, config.style_tokens * config.condition),
            nn.Unflatten(1, (config.style_tokens, config.condition)),
            nn.LayerNorm(config.condition),
        )

    def forward(self, pictures: Tensor, shown: Tensor) -> Tensor:
        """(g, token, condition) from pictures (g, k, c, y, x) of which (g, k) are shown; at least one of a group."""
        flat = pictures.flatten(0, 1)
        told = self.told(flat).unflatten(0, shown.shape)
        weight = shown.to(told.dtype)[..., None]
        tokens: Tensor = self.tokens((told * weight).sum(1) / weight.sum(1))
        return tokens

    def told(self, pictures: Tensor) -> Tensor:
        """(b, figure) what is told of each picture (b, c, y, x)."""
        first = self.first(pictures)
        second = self.second(first / first.square().mean(1, keepdim=True).add(1e-4).sqrt())
        return torch.cat([*map(_spread, (pictures, first, second)), self._colours(pictures)], 1)

    def _colours(self, pictures: Tensor) -> Tensor:
        """(b, 2 SHADES cubed) roots of the shares of colours among solid pixels and among those at the outline."""
        alpha = (pictures[:, 3:] + 1) / 2
        plain = (pictures[:, :3] + 1) / alpha.clamp_min(0.1) - 1
        # minus the square of the distance to each, but for what all have in common
        near = 2 * functional.conv2d(plain, self.anchors[:, :, None, None])
        near = near - self.anchors.square().sum(1)[None, :, None, None]
        nearest = (near * SHARPNESS).softmax(1)
        outline = functional.max_pool2d(1 - alpha, 3, 1, 1) * alpha
        shares = [
            (nearest.flatten(2) @ part.flatten(2).transpose(1, 2))[..., 0] / part.sum((2, 3)).clamp_min(1e-2)
            for part in (alpha, outline)
        ]
        return torch.cat(shares, 1).clamp_min(1e-6).sqrt()


class Block(nn.Module):
    """Two convolutions around a shift and a scale, added to what came in."""

    def __init__(self, before: int, width: int, condition: int) -> None:
        super().__init__()
        self.first = nn.Sequential(normalised(before), nn.SiLU(), nn.Conv2d(before, width, 3, padding=1))
        self.shape = nn.Linear(condition, 2 * width)
        self.norm = normalised(width)
        self.second = nn.Conv2d(width, width, 3, padding=1)
        self.past = nn.Conv2d(before, width, 1) if before != width else nn.Identity()
        silent(self.second)

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        scale, shift = self.shape(condition)[..., None, None].chunk(2, dim=1)
        inner = self.norm(self.first(x)) * (1 + scale) + shift
        made: Tensor = self.past(x) + self.second(functional.silu(inner))
        return made


class Look(nn.Module):
    """Each place looks at all other places and at the tokens of words and style."""

    def __init__(self, width: int, heads: int, condition: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm = normalised(width)
        self.own = nn.Linear(width, 3 * width)
        self.tokens = nn.Linear(condition, 2 * width)
        self.out = nn.Linear(width, width)
        silent(self.out)

    def forward(self, x: Tensor, tokens: Tensor, real: Tensor) -> Tensor:
        rows = self.norm(x).flatten(2).transpose(1, 2)
        ask, key, value = self.own(rows).chunk(3, dim=-1)
        more_keys, more_values = self.tokens(tokens).chunk(2, dim=-1)
        key, value = torch.cat([key, more_keys], 1), torch.cat([value, more_values], 1)
        seen = torch.cat([real.new_ones(real.shape[0], rows.shape[1]), real], 1)[:, None, None]
        asks, keys, values = (self._split(each) for each in (ask, key, value))
        found = functional.scaled_dot_product_attention(asks, keys, values, attn_mask=seen)
        told: Tensor = self.out(found.transpose(1, 2).flatten(2))
        return x + told.transpose(1, 2).reshape(x.shape)

    def _split(self, rows: Tensor) -> Tensor:
        return rows.reshape(*rows.shape[:2], self.heads, -1).transpose(1, 2)


class Artist(nn.Module):
    """The whole of it."""

    turns: Tensor

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        widths, condition = config.widths, config.condition
        self.style = Style(config)
        self.no_style = nn.Parameter(torch.zeros(config.style_tokens, condition))
        self.words = nn.Sequential(Level(WIDTH), nn.Linear(WIDTH, condition), nn.LayerNorm(condition))
        self.no_words = nn.Parameter(torch.zeros(condition))
        turns = torch.logspace(
            0, 3, WAVES
        )  # kept: made again elsewhere, the last one's rounding turns by .001
        self.register_buffer("turns", turns, persistent=False)
        self.time = _joined(2 * WAVES, condition)
        # added to the time, not mixed with it and normalised: so mixed, words and styles together moved a tenth of what
        # the time did after 270,000 pictures
        self.told = nn.Linear((1 + config.style_tokens) * condition, condition)
        self.first = nn.Conv2d(CHANNELS * PACK**2, widths[0], 3, padding=1)
        self.guide = nn.Conv2d(config.guides * (CHANNELS * PACK**2 + 1), widths[0], 3, padding=1)
        self.down, self.up = nn.ModuleList(), nn.ModuleList()
        skips, width = [widths[0]], widths[0]
        for level, wider in enumerate(widths):
            for _ in range(config.blocks):
                self.down.append(Block(width, wider, condition))
                self.down.append(Look(wider, config.heads, condition) if level else Past())
                width = wider
                skips.append(width)
            if level < len(widths) - 1:
                self.down.append(Smaller(width))
                skips.append(width)
        self.middle = nn.ModuleList(
            [
                Block(width, width, condition),
                Look(width, config.heads, condition),
                Block(width, width, condition),
            ]
        )
        for level in reversed(range(len(widths))):
            for _ in range(config.blocks + 1):
                self.up.append(Block(width + skips.pop(), widths[level], condition))
                self.up.append(Look(widths[level], config.heads, condition) if level else Past())
                width = widths[level]
            if level:
                self.up.append(Larger(width))
        self.last = nn.Sequential(
            normalised(width), nn.SiLU(), nn.Conv2d(width, CHANNELS * PACK**2, 3, padding=1)
        )
        silent(self.last[2])

    def forward(
        self,
        x: Tensor,
        time: Tensor,
        words: Tensor,
        real: Tensor,
        style: Tensor,
        guides: Tensor,
        near: Tensor,
    ) -> Tensor:
        """(b, c, y, x) the direction from noise to picture.

        Of x (b, c, y, x) at time (b,) 0 to 1, states of words (b, n, WIDTH) of which (b, n) are real (none: no words),
        style tokens (b, token, condition), which are `no_style` where there are no pictures to go by, and guides
        (b, m, c, y, x), each (b, m) so near in its words: 1 for the same, 0 where there is no guide.
        """
        said = real.any(1, keepdim=True)
        tokens = torch.where(said[..., None], self.words(words), self.no_words)
        shown = (real | ~said).to(tokens.dtype)[..., None]
        meaning = (tokens * shown).sum(1) / shown.sum(1)
        told = self.told(torch.cat([meaning, style.flatten(1)], dim=1))
        condition = functional.silu(self.time(_waves(time, self.turns)) + told)
        tokens = torch.cat([tokens, style], 1)
        seen = torch.cat([real | ~said, real.new_ones(style.shape[:2])], 1)
        begin, noise = start(guides, near)
        share, noise = time[:, None, None, None], noise.square()
        known = VARIANCE - KNOWN * near.amax(1)[:, None, None, None]
        spread = share.square() * known + (1 - share).square() * noise
        # what a straight line says of the direction, the network need not learn: it gives what is left, scaled to a
        # variance of one (Karras et al. 2022)
        straight = (share * known - (1 - share) * noise) / spread * (x - begin)
        left = self._picture((x - begin) * spread.rsqrt(), condition, tokens, seen, under(guides, near))
        return straight + (known * noise / spread).sqrt() * left

    def _picture(self, x: Tensor, condition: Tensor, tokens: Tensor, seen: Tensor, under: Tensor) -> Tensor:
        x = self.first(functional.pixel_unshuffle(x, PACK)) + self.guide(under)
        kept = [x]
        for part in self.down:
            x = _step(part, x, condition, tokens, seen)
            if isinstance(part, Block):
                continue
            kept.append(x)
        for part in self.middle:
            x = _step(part, x, condition, tokens, seen)
        for part in self.up:
            if isinstance(part, Block):
                x = torch.cat([x, kept.pop()], dim=1)
            x = _step(part, x, condition, tokens, seen)
        return functional.pixel_shuffle(self.last(x), PACK)


class Past(nn.Module):
    """Nothing, where there are too many places to look at."""

    def forward(self, x: Tensor) -> Tensor:
        return x


class Smaller(nn.Conv2d):
    """Half as many places along a side."""

    def __init__(self, width: int) -> None:
        super().__init__(width, width, 3, stride=2, padding=1)


class Larger(nn.Module):
    """Twice as many places along a side."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.after = nn.Conv2d(width, width, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        grown: Tensor = self.after(functional.interpolate(x, scale_factor=2.0, mode="nearest"))
        return grown


def _spread(features: Tensor) -> Tensor:
    """(b, 2 c) mean and standard deviation over the places of (b, c, y, x)."""
    middle = features.mean((2, 3))
    square = (features - middle[:, :, None, None]).square().mean((2, 3))
    return torch.cat([middle, (square + 1e-4).sqrt()], 1)


def start(guides: Tensor, near: Tensor) -> tuple[Tensor, Tensor]:
    """Where the flow begins: the middle (b, c, y, x), and the spread (b, 1, 1, 1) of the noise about it.

    The nearer the nearest guide is, the more of it, and the less noise; without guides, noise alone.
    """
    most, place = near.max(1)
    chosen = torch.arange(near.shape[1], device=near.device)[None] == place[:, None]
    nearest = (guides * chosen[:, :, None, None, None]).sum(1)
    most = most[:, None, None, None]
    return MEAN + most * (nearest - MEAN), (1 - NOISE * most.square()).sqrt()


def under(guides: Tensor, near: Tensor) -> Tensor:
    """(b, channel, y / PACK, x / PACK) the guides, nothing where there is none, and how near each is."""
    near = near[:, :, None, None, None]
    packed = functional.pixel_unshuffle((guides * (near > 0)).flatten(1, 2), PACK)
    return torch.cat([packed, near.flatten(1, 2).expand(-1, -1, *packed.shape[-2:])], 1)


def _step(part: nn.Module, x: Tensor, condition: Tensor, tokens: Tensor, seen: Tensor) -> Tensor:
    if isinstance(part, Block):
        x = part(x, condition)
    elif isinstance(part, Look):
        x = part(x, tokens, seen)
    else:
        x = part(x)
    return x


def _waves(time: Tensor, turns: Tensor) -> Tensor:
    """(b, 2 WAVES): sines and cosines from one turn to a thousand."""
    angle = time[:, None] * turns
    return torch.cat([angle.sin(), angle.cos()], dim=1)


def _joined(before: int, condition: int) -> nn.Sequential:
    """Two layers, and what they give brought to a variance of one."""
    layers = (
        nn.Linear(before, condition),
        nn.SiLU(),
        nn.Linear(condition, condition),
        nn.LayerNorm(condition),
    )
    return nn.Sequential(*layers)


def normalised(width: int) -> nn.GroupNorm:
    return nn.GroupNorm(max(1, width // NORM_GROUP), width)


def silent(layer: nn.Module) -> None:
    """Zero at first, so that a block begins by doing nothing."""
    for parameter in layer.parameters():
        nn.init.zeros_(parameter)
